import { CARRIED, OPTION_NAMES } from "./carried.js";
import { COMPARED } from "./compared.js";
import { IRRELEVANT } from "./irrelevant.js";
import { PLUGIN_POLICIES } from "./plugins.js";
import { namesOf, type VariablePolicy } from "./policy.js";

export { USUAL_VALUES } from "./compared.js";
export type { VariablePolicy } from "./policy.js";

/** What is done about each server variable, by lower-case name. One that is not in here is one that nobody has judged. */
export const VARIABLE_POLICIES: ReadonlyMap<string, VariablePolicy> = new Map<string, VariablePolicy>([
  ...CARRIED.flatMap((group) =>
    namesOf(group).map((name): [string, VariablePolicy] => [name, carried(name, group.why)]),
  ),
  ...COMPARED.flatMap((group) =>
    namesOf(group).map((name): [string, VariablePolicy] => [
      name,
      { kind: "compared", why: group.why, severity: group.severity ?? "warning" },
    ]),
  ),
  ...IRRELEVANT.flatMap((group) =>
    namesOf(group).map((name): [string, VariablePolicy] => [name, { kind: "irrelevant", why: group.why }]),
  ),
]);

function carried(name: string, why: string): VariablePolicy {
  const option = OPTION_NAMES[name];
  return option === undefined ? { kind: "carried", why } : { kind: "carried", why, option };
}

/** What is done about a variable, those of plugins included; undefined for one that nobody has judged. */
export function policyOf(name: string): VariablePolicy | undefined {
  return VARIABLE_POLICIES.get(name) ?? PLUGIN_POLICIES.find(([prefix]) => name.startsWith(prefix))?.[1];
}
