import { isPlainSetting, policyOf, USUAL_VALUES } from "../../mysql/index.js";
import { checkOn, type Finding } from "../../operation/index.js";
import { enumerate } from "../listing.js";
import type { ServerObservation } from "../observation.js";

/** Have a check of their own, or more to them than being equal. */
const OWN_CHECKS = new Set(["max_connections"]);

/**
 * What the source's settings are that the target will not have by itself: its settings are made from the source's, but
 * for those that my.cnf cannot set or hold.
 */
export function checkSourceSettings({ label, variables, variablesSet }: ServerObservation): Finding[] {
  const check = checkOn(label, "settings", "settings that a copy of this server can be given");
  const set = [...variables].filter(([name, value]) => variablesSet.has(name) && value !== USUAL_VALUES[name]);
  const lost = set.filter(([name, value]) => staysBehind(name, value));
  const zone = localTime(variables);
  if (lost.length === 0 && zone === undefined) return [check.ok("all that matter are handed to the target")];
  const seen = [...lost.map(([name, value]) => `${name} = ${quote(value)}`), ...(zone === undefined ? [] : [zone])];
  return [
    check.warning(
      `set here, and not handed to the target: ${seen.join(", ")}`,
      "set them on the target yourself before the cutover (mysql.settings of the chart, SET PERSIST): preflight compares them then",
    ),
  ];
}

/** Whether a setting matters and is not among those that the target is given. */
function staysBehind(name: string, value: string): boolean {
  const policy = policyOf(name);
  if (policy === undefined) return true;
  if (policy.kind === "carried") return !isPlainSetting(value);
  // Blockers are about the data directory, and come with the data.
  return policy.kind === "compared" && policy.severity !== "blocker";
}

/** A pod's clock is UTC. */
function localTime(variables: ReadonlyMap<string, string>): string | undefined {
  const zone = variables.get("system_time_zone");
  return variables.get("time_zone") === "SYSTEM" && zone !== undefined && zone !== "UTC"
    ? `time_zone = SYSTEM, which is ${zone} here`
    : undefined;
}

/** Each setting that should be the same and is not; one finding for all that are. */
export function checkSettingsPair(source: ServerObservation, target: ServerObservation): Finding[] {
  const common = [...source.variables].flatMap(([name, wanted]): Pair[] => {
    const seen = target.variables.get(name);
    const policy = policyOf(name);
    // A variable that only one of the two releases has cannot be equal.
    if (seen === undefined || policy?.kind === "irrelevant" || OWN_CHECKS.has(name)) return [];
    return [{ name, wanted, seen }];
  });
  const differing = common.filter((pair) => !isSame(pair));
  const judged = differing.filter(({ name }) => policyOf(name) !== undefined);
  const all = checkOn(target.label, "settings", "settings as on the source, where another value would be noticed");
  return [
    ...judged.map((pair) => difference(target.label, pair)),
    ...unjudged(
      target.label,
      differing.filter(({ name }) => policyOf(name) === undefined),
    ),
    ...missing(source, target),
    all.ok(`${common.length - differing.length} settings are as on the source`),
  ];
}

interface Pair {
  readonly name: string;
  readonly wanted: string;
  readonly seen: string;
}

function difference(label: string, { name, wanted, seen }: Pair): Finding {
  const policy = policyOf(name);
  const why = policy === undefined ? "" : policy.why;
  const check = checkOn(label, name.replaceAll(/[_.]/g, "-"), `${name} as on the source: ${quote(wanted)}`);
  if (policy?.kind === "compared" && policy.severity === "blocker") {
    return check.blocker(quote(seen), `${why}: restore the target anew with ${name}=${wanted}`);
  }
  const fix = `${name} = ${quote(wanted)} in the target's settings (mysql.settings of the chart), or SET PERSIST where it can be set at run time`;
  return check.warning(quote(seen), `${why}: ${fix}`);
}

/** Nobody knows whether these matter: they belong to a plugin, or to a release that is newer than this program. */
function unjudged(label: string, pairs: readonly Pair[]): Finding[] {
  if (pairs.length === 0) return [];
  const check = checkOn(label, "unknown-settings", "the source's values of settings that this release does not know");
  const seen = pairs.map(({ name, wanted, seen: own }) => `${name}: ${quote(own)}, source ${quote(wanted)}`);
  return [
    check.warning(enumerate(seen), "find out what they do, and give the target the source's values where it matters"),
  ];
}

/** What was set on the source and the target has no name for. */
function missing(source: ServerObservation, target: ServerObservation): Finding[] {
  const names = [...source.variables].filter(([name]) => {
    if (!source.variablesSet.has(name) || target.variables.has(name)) return false;
    return policyOf(name)?.kind !== "irrelevant";
  });
  if (names.length === 0) return [];
  const check = checkOn(target.label, "missing-settings", "every setting that was set on the source");
  const seen = enumerate(names.map(([name, value]) => `${name} = ${quote(value)}`));
  return [
    check.warning(
      `has no ${seen}`,
      "look what took their place in the target's release, or install the plugin or component that they belong to",
    ),
  ];
}

function isSame({ name, wanted, seen }: Pair): boolean {
  if (name === "sql_mode") return sortedList(wanted) === sortedList(seen);
  if (name === "optimizer_switch") return haveSameFlags(wanted, seen);
  return wanted === seen;
}

function sortedList(text: string): string {
  return text.split(",").sort().join(",");
}

/** Of the flags that both releases know, `name=on`. */
function haveSameFlags(wanted: string, seen: string): boolean {
  const flags = new Map(seen.split(",").map((flag): [string, string] => [flag.split("=", 1)[0] ?? "", flag]));
  return wanted.split(",").every((flag) => {
    const own = flags.get(flag.split("=", 1)[0] ?? "");
    return own === undefined || own === flag;
  });
}

function quote(value: string): string {
  return value === "" ? "(empty)" : value;
}
