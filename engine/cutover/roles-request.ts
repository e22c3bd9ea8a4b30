import type { ChannelSource } from "../channel/index.js";
import type { Side } from "../topology/index.js";
import type { RouteOptions } from "../traffic/index.js";
import type { SwitchoverEnd, SwitchoverLimits } from "./request.js";
import type { SwitchoverReport } from "./switchover.js";

/** One of the two servers; without `address` where nothing will replicate from it any more. */
export interface RoleEnd extends Omit<SwitchoverEnd, "address"> {
  readonly address?: ChannelSource;
}

/** Who is to be the primary of a migration, and whether that is for good. */
export interface RolesRequest {
  /** Name of the replication channel, the same on both servers. */
  readonly channel: string;
  readonly source: RoleEnd;
  readonly target: RoleEnd;
  readonly primary: Side;
  /** Whether the way back is given up. Only for a target that is the primary already. */
  readonly isFinal: boolean;
  readonly limits: SwitchoverLimits;
  /** The ways by which applications reach the primary. */
  readonly routes: readonly RouteOptions[];
}

export interface RolesResult {
  readonly primary: Side;
  readonly sourceUuid: string;
  readonly targetUuid: string;
  /** Number of switchovers that this migration has committed. */
  readonly switchovers: number;
  readonly isFinal: boolean;
  /** Whether both servers and all routes are as the primary role wants them; false after a run that died. */
  readonly inOrder: boolean;
  /** The newest switchover that was run with this state. */
  readonly report?: SwitchoverReport;
}
