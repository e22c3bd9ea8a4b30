import { FerryError } from "../operation/index.js";
import type { TrafficRoute } from "../traffic/index.js";
import { judgePrimary, type PrimaryJudgement } from "./judge-primary.js";
import type { RolesRequest } from "./roles-request.js";
import type { PairState } from "./state.js";

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

/** Why nothing may be led to the target, if so. */
export function finalRolesProblem({ target, routes }: FinalRoles): FerryError | undefined {
  // A former primary that has come back does not know yet that it is one; the way to its successor does.
  const moved = routes.find(({ state }) => !LEADS_TO_NO_SUCCESSOR.has(state));
  if (moved !== undefined) {
    return new FerryError({
      failed: "leading to the new database",
      where: moved.name,
      seen: `it leads to ${moved.state}: a failover or a switchover has made that the primary`,
      wanted: "the target as the primary",
      next: "give the role back by `ferry switchover --to target`, then run again; nothing has been changed",
    });
  }
  if (target.isPrimary) return undefined;
  return new FerryError({
    failed: "leading to the new database",
    where: "target",
    seen: target.seen,
    wanted: "the target as the primary, accepting writes",
    next: "see who is the primary (`ferry status`); give the role back by `ferry switchover --to target`, or open a target that has only restarted by `ferry failover --confirm target`; then run again",
  });
}

const LEADS_TO_NO_SUCCESSOR: ReadonlySet<string> = new Set(["source", "target", "held", "elsewhere", "unset"]);
