import { type SwitchoverLimits, type SwitchoverReport, type SwitchoverRequest, switchover } from "../cutover/index.js";
import { FerryError, type Progress } from "../operation/index.js";
import { ensureTree, type TreeRequest } from "../replica-tree/index.js";
import { whyNoPrimary } from "../topology/index.js";
import type { TrafficRoute } from "../traffic/index.js";
import { sideRoute } from "./side-route.js";
import { readSituation, type Situation } from "./situation.js";
import { treeAfter, treeBefore } from "./trees.js";

export interface PromotionRequest extends TreeRequest {
  /** The member that shall be the primary. */
  readonly to: string;
  readonly limits: SwitchoverLimits;
}

export interface PromotionResult {
  readonly primary: string;
  /** Members that follow another source than before, in the order in which they were moved. */
  readonly moved: readonly string[];
  /** Undefined when the role had moved already. */
  readonly report?: SwitchoverReport;
}

/**
 * Makes any member of a tree the primary while the present one lives: it is put directly below it, the role moves by the
 * same switchover as between two servers, and whoever followed the former primary follows the new one. A run that was
 * killed is completed, or begun again, by the next one. `routes` stay open; the caller closes them.
 */
export async function promote(
  request: PromotionRequest,
  routes: readonly TrafficRoute[],
  progress: Progress,
): Promise<PromotionResult> {
  const { to } = request;
  const moved: string[] = [];
  const before = await readSituation(request, to);
  const from = before.hasMoved ? before.from : primaryOf(before, to);
  if (!before.hasMoved && from !== undefined && before.observed.primary !== undefined) {
    const tree = treeBefore(before.present, from, to);
    moved.push(...(await ensureTree({ ...request, tree }, progress)).moved);
  }
  // A role that has moved may still lack its routes, events and reverse channel: the switchover then completes itself.
  const report = from === undefined ? undefined : await switchRoles(request, from, routes, progress);
  const after = await readSituation(request, to);
  const tree = after.from === undefined ? after.present : treeAfter(after.present, after.from, to);
  moved.push(...(await ensureTree({ ...request, tree }, progress)).moved);
  return { primary: to, moved: [...new Set(moved)], ...(report === undefined ? {} : { report }) };
}

async function switchRoles(
  request: PromotionRequest,
  from: string,
  routes: readonly TrafficRoute[],
  progress: Progress,
): Promise<SwitchoverReport | undefined> {
  const between = routes.map((route) => sideRoute(route, { source: from, target: request.to }));
  return (await switchover(switchoverRequest(request, from), between, progress)).report;
}

/** The switchover of the two servers that it is between. */
export function switchoverRequest({ channel, members, to, limits }: PromotionRequest, from: string): SwitchoverRequest {
  const [source, target] = [members[from], members[to]];
  if (source === undefined || target === undefined) throw new Error(`${from} and ${to} are not both members`);
  return { channel, source, target, primary: "target", limits };
}

export function primaryOf({ from, observed }: Situation, to: string): string {
  if (from !== undefined) return from;
  const why = whyNoPrimary(observed.status);
  throw new FerryError({
    failed: `making ${to} the primary`,
    where: "the servers of the tree",
    seen: why?.seen ?? "no primary",
    wanted: "a present primary that hands its role over",
    next: why?.next ?? "see `ferry status`",
  });
}
