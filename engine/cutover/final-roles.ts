import { FerryError } from "../operation/index.js";
import { judgePrimary, type PrimaryJudgement } from "../topology/index.js";
import type { TrafficRoute } from "../traffic/index.js";
import type { RolesRequest } from "./roles-request.js";
import type { PairState } from "./state.js";
import { assertNoSuccessor } from "./successor.js";

/** A finalized migration: only the target is asked, because its source may be gone for good. */
export interface FinalRoles {
  readonly target: PrimaryJudgement;
  readonly routes: PairState["routes"];
}

export async function observeFinalRoles(
  request: Pick<RolesRequest, "target">,
  routes: readonly TrafficRoute[],
): Promise<FinalRoles> {
  const target = await judgePrimary(request.target.connection, "target");
  return {
    target,
    routes: await Promise.all(routes.map(async (route) => ({ name: route.name, state: await route.observe() }))),
  };
}

/** Throws where nothing may be led to the target. */
export function assertLeadable({ target, routes }: FinalRoles): void {
  assertNoSuccessor(routes);
  if (target.isPrimary) return;
  throw new FerryError({
    failed: "leading to the new database",
    where: "target",
    seen: target.seen,
    wanted: "the target as the primary, accepting writes",
    next: "see who is the primary (`ferry status`); give the role back by `ferry switchover --to target`, or open a target that has only restarted by `ferry failover --confirm target`; then run again",
  });
}
