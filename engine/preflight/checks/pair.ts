import { checkOn, type Finding } from "../../operation/index.js";
import type { PreflightContext, ServerObservation } from "../observation.js";
import { PAIR_VARIABLES, type PairVariable } from "../pair-variables.js";

export function checkSourceIdentity({ label, facts }: ServerObservation, context: PreflightContext): Finding[] {
  const expected = context.expectedSourceUuid;
  if (expected === undefined) return [];
  const check = checkOn(label, "source-identity", `server_uuid ${expected}`);
  if (facts.serverUuid.toLowerCase() === expected.toLowerCase()) return [check.ok(facts.serverUuid)];
  return [
    check.blocker(facts.serverUuid, "this is another server: check the address, or give its server_uuid as expected"),
  ];
}

export function checkIdentities(source: ServerObservation, target: ServerObservation): Finding[] {
  const id = checkOn(target.label, "server-id-pair", "another server_id than the source's");
  const uuid = checkOn(target.label, "server-uuid-pair", "another server_uuid than the source's");
  return [
    source.facts.serverId === target.facts.serverId
      ? id.blocker(`both have server_id ${target.facts.serverId}`, "SET PERSIST server_id = <another number>; there")
      : id.ok(`${target.facts.serverId}, source ${source.facts.serverId}`),
    source.facts.serverUuid === target.facts.serverUuid
      ? uuid.blocker(
          `both have ${target.facts.serverUuid}`,
          "remove auto.cnf from the target's data directory, restart it",
        )
      : uuid.ok(target.facts.serverUuid),
  ];
}

export function checkConfigurationPair(source: ServerObservation, target: ServerObservation): Finding[] {
  return PAIR_VARIABLES.flatMap((variable) => compare(variable, source, target));
}

function compare(variable: PairVariable, source: ServerObservation, target: ServerObservation): Finding[] {
  const wanted = source.variables.get(variable.name);
  const seen = target.variables.get(variable.name);
  // A variable that only one of the two versions has cannot be equal.
  if (wanted === undefined || seen === undefined) return [];
  const check = checkOn(
    target.label,
    variable.name.replaceAll("_", "-"),
    `${variable.name} as on the source: ${quote(wanted)}`,
  );
  if (isSame(variable.name, wanted, seen)) return [check.ok(quote(seen))];
  const fix = `${variable.why}: ${howToSet(variable, wanted)}`;
  return [variable.severity === "blocker" ? check.blocker(quote(seen), fix) : check.warning(quote(seen), fix)];
}

function isSame(name: string, one: string, other: string): boolean {
  if (name !== "sql_mode") return one === other;
  const modes = (text: string) => text.split(",").sort().join(",");
  return modes(one) === modes(other);
}

function howToSet({ name, fixedAt }: PairVariable, value: string): string {
  switch (fixedAt) {
    case "initialization":
      return `create the target anew with ${name}=${value}`;
    case "start":
      return `${name}=${value} in the target's configuration`;
    default:
      return name === "system_time_zone"
        ? "start mysqld with the source's TZ, or set time_zone on both"
        : `SET PERSIST ${name} = ${/^\d+$/.test(value) ? value : `'${value}'`}; on the target`;
  }
}

function quote(value: string): string {
  return value === "" ? "(empty)" : value;
}

export function checkConnectionPair(source: ServerObservation, target: ServerObservation): Finding {
  const wanted = Number(source.variables.get("max_connections"));
  const seen = Number(target.variables.get("max_connections"));
  const check = checkOn(target.label, "max-connections", `max_connections of at least ${wanted}, as on the source`);
  return seen >= wanted ? check.ok(`${seen}`) : check.warning(`${seen}`, `SET PERSIST max_connections = ${wanted};`);
}
