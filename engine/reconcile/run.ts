import type { Progress } from "../operation/index.js";
import type { FollowLimits, Members, Topology } from "../topology/index.js";
import type { TrafficRoute } from "../traffic/index.js";

/** What a run works with: open connections to all who answer, open routes, and what was asked for. */
export interface Run {
  readonly topology: Topology;
  readonly members: Members;
  readonly routes: readonly TrafficRoute[];
  readonly limits: FollowLimits;
  readonly progress: Progress;
}
