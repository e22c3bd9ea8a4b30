import type { ChannelSource } from "../channel/index.js";
import type { HostOptions } from "../hosts/index.js";
import type { ConnectionOptions } from "../mysql/index.js";

/** One server of a topology. */
export interface Member {
  /** As an administrator reaches it. */
  readonly connection: ConnectionOptions;
  /** As the other members' channels reach it; absent where nothing replicates from it any more. */
  readonly address?: ChannelSource;
  /** The machine that it runs on, where commands can be run there: to see its free disk space. */
  readonly host?: HostOptions;
  /** The server_uuid that it must have; any when absent. */
  readonly expectedUuid?: string;
}

/** Who replicates from whom: each member's source by name, null for the primary. */
export type Tree = Readonly<Record<string, string | null>>;

/** Several servers that replicate one database, by the names that a user gives them, e.g. `source`, `replica-1`. */
export interface Topology {
  /** Name of the replication channel, the same on every server. */
  readonly channel: string;
  readonly members: Readonly<Record<string, Member>>;
  /** As it is declared: its root is the primary as long as the role has never moved. */
  readonly tree: Tree;
}

/** How long a member may take to follow its source, and its new source to get ahead of it. */
export interface FollowLimits {
  readonly settleTimeoutSeconds: number;
}

export const DEFAULT_FOLLOW_LIMITS: FollowLimits = { settleTimeoutSeconds: 60 };
