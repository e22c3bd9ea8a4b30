import { checkOn, type Finding } from "../operation/index.js";

/** What decides whether a replica's history may be reset. */
export interface ResetGrounds {
  readonly readOnly: boolean;
  readonly gtidMode: string;
  /** Threads that send binary logs to others: replicas of this replica, and anything else that reads its logs. */
  readonly downstream: readonly string[];
  /** Group replication keeps a history of its own. */
  readonly groupMember: boolean;
}

/** Everything that forbids a reset of the history of `server`, all at once; empty when it may go on. */
export function checkReset(server: string, { readOnly, gtidMode, downstream, groupMember }: ResetGrounds): Finding[] {
  const blockers: (Finding | false)[] = [
    !readOnly &&
      checkOn(server, "read-only", "a read-only replica").blocker(
        "it accepts writes (read_only is OFF)",
        "SET GLOBAL super_read_only = ON there",
      ),
    gtidMode !== "ON" &&
      checkOn(server, "gtid-mode", "gtid_mode ON").blocker(`gtid_mode is ${gtidMode}`, "set gtid_mode to ON"),
    downstream.length > 0 &&
      checkOn(
        server,
        "downstream-replicas",
        "no downstream replica: it could not go on after the binary logs are gone",
      ).blocker(
        `others read its binary logs: ${downstream.join(", ")}`,
        "point those at the primary first, or use inject-empty",
      ),
    groupMember &&
      checkOn(server, "group-member", "a replica by channel").blocker(
        "it is a member of a replication group",
        "take it out of the group first",
      ),
  ];
  return blockers.filter((finding) => finding !== false);
}
