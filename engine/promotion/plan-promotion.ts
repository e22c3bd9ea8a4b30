import { planRoles } from "../cutover/index.js";
import { describeTreePlan, planTree } from "../replica-tree/index.js";
import type { TrafficRoute } from "../traffic/index.js";
import { type PromotionRequest, primaryOf, switchoverRequest } from "./promote.js";
import { readSituation } from "./situation.js";
import { treeAfter, treeBefore } from "./trees.js";

export interface PromotionPlan {
  /** A line each; none when there is nothing to do. */
  readonly lines: readonly string[];
  /** Whether something stands against it that is seen already. */
  readonly isRefused: boolean;
}

/** What `promote` would do now. Writes nothing. */
export async function planPromotion(
  request: PromotionRequest,
  routes: readonly TrafficRoute[],
): Promise<PromotionPlan> {
  const { to } = request;
  const { observed, present, from, hasMoved } = await readSituation(request, to);
  if (hasMoved) {
    const plan = planTree(observed, from === undefined ? present : treeAfter(present, from, to));
    return { lines: describeTreePlan(plan, observed, request), isRefused: plan.obstacles.length > 0 };
  }
  const primary = primaryOf({ observed, present, from, hasMoved }, to);
  const before = planTree(observed, treeBefore(present, primary, to));
  const following = Object.keys(present).filter((name) => present[name] === primary && name !== to);
  return {
    lines: [
      ...describeTreePlan(before, observed, request),
      ...(present[to] === primary
        ? await planSwitch(request, primary)
        : [
            `switchover: ${to} becomes the primary instead of ${primary}, which is checked when it follows it directly`,
          ]),
      ...routes.flatMap((route) => route.describe(to).map((line) => `route ${route.name}: ${line}`)),
      ...following.map(
        (name) => `${observed.members[name]?.label ?? name}: follow ${to} instead of ${primary}, by GTID`,
      ),
    ],
    isRefused: before.obstacles.length > 0,
  };
}

async function planSwitch(request: PromotionRequest, primary: string): Promise<string[]> {
  const pair = switchoverRequest(request, primary);
  const lines = await planRoles({ ...pair, isFinal: false, routes: [] });
  return [`in the next lines the source is ${primary}, and the target ${request.to}`, ...lines];
}
