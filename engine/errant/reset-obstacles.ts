/** What decides whether a replica's history may be reset. */
export interface ResetGrounds {
  readonly readOnly: boolean;
  readonly gtidMode: string;
  /** Threads that send binary logs to others: replicas of this replica, and anything else that reads its logs. */
  readonly downstream: readonly string[];
  /** Group replication keeps a history of its own. */
  readonly groupMember: boolean;
}

export interface ResetObstacle {
  readonly seen: string;
  readonly wanted: string;
  readonly next: string;
}

/** Everything that forbids a reset, all at once; empty when it may go on. */
export function resetObstacles(grounds: ResetGrounds): ResetObstacle[] {
  const obstacles: ResetObstacle[] = [];
  if (!grounds.readOnly) {
    obstacles.push({
      seen: "it accepts writes (read_only is OFF)",
      wanted: "a read-only replica",
      next: "SET GLOBAL super_read_only = ON there",
    });
  }
  if (grounds.gtidMode !== "ON") {
    obstacles.push({ seen: `gtid_mode is ${grounds.gtidMode}`, wanted: "gtid_mode ON", next: "set gtid_mode to ON" });
  }
  if (grounds.downstream.length > 0) {
    obstacles.push({
      seen: `others read its binary logs: ${grounds.downstream.join(", ")}`,
      wanted: "no downstream replica: it could not go on after the binary logs are gone",
      next: "point those at the primary first, or use inject-empty",
    });
  }
  if (grounds.groupMember) {
    obstacles.push({
      seen: "it is a member of a replication group",
      wanted: "a replica by channel",
      next: "take it out of the group first",
    });
  }
  return obstacles;
}
