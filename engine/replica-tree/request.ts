import type { ReplicationEnd } from "../replication/index.js";

/** Several servers that replicate one database, by the names that a user gives them, e.g. `source`, `replica-1`. */
export interface TreeRequest {
  /** Name of the replication channel, the same on every server. */
  readonly channel: string;
  readonly members: Readonly<Record<string, ReplicationEnd>>;
  /** Who follows whom, as it is declared: its root is the primary as long as the role has never moved. */
  readonly tree: Tree;
}

/** Who follows whom: each member's source by name, null for the primary. */
export type Tree = Readonly<Record<string, string | null>>;
