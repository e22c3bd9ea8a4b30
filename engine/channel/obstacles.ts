import type { ServerFacts } from "../mysql/index.js";
import { replicationObstacle } from "../mysql/index.js";
import { ERRANT_ADVICE, PURGED_ADVICE } from "./receiver-advice.js";

/** What decides whether a stopped channel may start; GTID sets as text, `""` is none. */
export interface ChannelGrounds {
  readonly source: ServerFacts;
  readonly replica: ServerFacts;
  /** Channels of the replica besides the wanted one. */
  readonly otherChannels: readonly string[];
  /** On the replica and proven not to be on the source. */
  readonly errant: string;
  /** Purged from the source's binary logs and not on the replica. */
  readonly purgedAndMissing: string;
  /** In the restored data and no longer in the replica's gtid_executed. */
  readonly lostSinceRestore: string;
}

export interface Obstacle {
  readonly seen: string;
  readonly wanted: string;
  readonly next: string;
}

/** Everything that forbids starting the channel, all at once; empty when it may start. */
export function channelObstacles(grounds: ChannelGrounds): Obstacle[] {
  const { source, replica } = grounds;
  const obstacles: Obstacle[] = [];
  const add = (seen: string, wanted: string, next: string) => obstacles.push({ seen, wanted, next });

  if (source.serverUuid === replica.serverUuid) {
    add(
      `both servers have server_uuid ${source.serverUuid}`,
      "two servers",
      "remove auto.cnf of the copy and restart it",
    );
  }
  if (source.serverId === replica.serverId) {
    add(`both servers have server_id ${source.serverId}`, "two server ids", "give the target another server_id");
  }
  if (source.gtidMode !== "ON" || replica.gtidMode !== "ON") {
    add(
      `gtid_mode is ${source.gtidMode} on the source and ${replica.gtidMode} on the target`,
      "gtid_mode ON on both",
      "run phase prepare for the source; set gtid_mode=ON in the target's configuration",
    );
  }
  const version = replicationObstacle(source.version, replica.version);
  if (version !== undefined)
    add(version, "a target of the source's series or the next LTS", "use another target version");
  if (!replica.superReadOnly) {
    add(
      "the target accepts writes (super_read_only is OFF)",
      "a read-only target",
      "SET GLOBAL super_read_only = ON there",
    );
  }
  if (grounds.otherChannels.length > 0) {
    add(
      `the target has other channels: ${grounds.otherChannels.map((name) => JSON.stringify(name)).join(", ")}`,
      "one channel",
      "STOP REPLICA and RESET REPLICA ALL FOR CHANNEL for those that came along with the data",
    );
  }
  if (grounds.lostSinceRestore !== "") {
    add(
      `the target has lost ${grounds.lostSinceRestore} of its restored gtid_executed`,
      "every restored transaction in gtid_executed; else they would be applied again",
      "do not start replication by hand; restore the target again",
    );
  }
  if (grounds.purgedAndMissing !== "") {
    add(
      `the source has purged binary logs with ${grounds.purgedAndMissing}, which the target lacks`,
      "binary logs of everything since the backup",
      PURGED_ADVICE,
    );
  }
  if (grounds.errant !== "") {
    add(
      `the target has errant transactions ${grounds.errant}`,
      "no transaction on the target that the source lacks",
      ERRANT_ADVICE,
    );
  }
  return obstacles;
}
