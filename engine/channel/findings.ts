import { replicationObstacle, type ServerFacts } from "../mysql/index.js";
import { checkOn, type Finding } from "../operation/index.js";
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

/** Everything that forbids starting the channel, all at once, as blockers on `server`; empty when it may start. */
export function checkChannel(server: string, grounds: ChannelGrounds): Finding[] {
  const { source, replica } = grounds;
  const version = replicationObstacle(source.version, replica.version);
  const blockers: (Finding | false)[] = [
    source.serverUuid === replica.serverUuid &&
      checkOn(server, "server-uuid", "two servers").blocker(
        `both servers have server_uuid ${source.serverUuid}`,
        "remove auto.cnf of the copy and restart it; where two names lead to one server, correct the address",
      ),
    source.serverId === replica.serverId &&
      checkOn(server, "server-id", "two server ids").blocker(
        `both servers have server_id ${source.serverId}`,
        "give the replica another server_id",
      ),
    (source.gtidMode !== "ON" || replica.gtidMode !== "ON") &&
      checkOn(server, "gtid-mode", "gtid_mode ON on both").blocker(
        `gtid_mode is ${source.gtidMode} on the source and ${replica.gtidMode} on the replica`,
        "run phase prepare for the source; set gtid_mode=ON in the replica's configuration",
      ),
    version !== undefined &&
      checkOn(server, "version-path", "a replica of the source's series or the next LTS").blocker(
        version,
        "use another version for one of them",
      ),
    !replica.superReadOnly &&
      checkOn(server, "read-only", "a read-only replica").blocker(
        "the replica accepts writes (super_read_only is OFF)",
        "SET GLOBAL super_read_only = ON there",
      ),
    grounds.otherChannels.length > 0 &&
      checkOn(server, "other-channels", "one channel").blocker(
        `the replica has other channels: ${grounds.otherChannels.map((name) => JSON.stringify(name)).join(", ")}`,
        "STOP REPLICA and RESET REPLICA ALL FOR CHANNEL for those that came along with the data",
      ),
    grounds.lostSinceRestore !== "" &&
      checkOn(
        server,
        "restored-transactions",
        "every restored transaction in gtid_executed; else they would be applied again",
      ).blocker(
        `the replica has lost ${grounds.lostSinceRestore} of its restored gtid_executed`,
        "do not start replication by hand; restore it again",
      ),
    grounds.purgedAndMissing !== "" &&
      checkOn(server, "purged-transactions", "binary logs of everything since the backup").blocker(
        `the source has purged binary logs with ${grounds.purgedAndMissing}, which the replica lacks`,
        PURGED_ADVICE,
      ),
    grounds.errant !== "" &&
      checkOn(server, "errant-transactions", "no transaction on the replica that the source lacks").blocker(
        `the replica has errant transactions ${grounds.errant}`,
        ERRANT_ADVICE,
      ),
  ];
  return blockers.filter((finding) => finding !== false);
}
