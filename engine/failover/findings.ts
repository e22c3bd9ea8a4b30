import { checkOn, type Finding } from "../operation/index.js";
import type { Plan } from "../reconcile/index.js";
import { type ObservedTopology, SERVERS } from "../topology/index.js";

const DEAD = "a primary that is dead";

export function unknownPrimary({ seen, next }: { readonly seen: string; readonly next: string }): Finding {
  return checkOn(SERVERS, "primary", "a primary that everybody agrees on").blocker(seen, next);
}

export function notExpected(primary: string, expected: string): Finding {
  return checkOn(primary, "expected-primary", `${expected} as the primary`).blocker(
    `${primary} is the primary, and not ${expected}`,
    `give up the one that is dead: --confirm ${primary}`,
  );
}

export function notDead(primary: string, why: string): Finding {
  return checkOn(primary, "dead", DEAD).blocker(`${primary} is not dead: ${why}`, "see why, or wait until it is");
}

/** Why there is nothing to do around a primary that is up. */
export function alive({ members }: ObservedTopology, name: string, { blockers }: Pick<Plan, "blockers">): Finding[] {
  const primary = members[name];
  if (primary?.reachable === true && primary.facts.readOnly && blockers.length > 0) return [...blockers];
  return [
    checkOn(primary?.label ?? name, "dead", DEAD).blocker(
      `${name} is up and writable: not a failover case`,
      "to move the role from a primary that is up: `ferry switchover`",
    ),
  ];
}
