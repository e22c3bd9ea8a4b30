import type { ChannelSource } from "../channel/index.js";
import { type ChannelDetails, ensureChannelBetween } from "../channel/index.js";
import { type ConnectionOptions, MysqlServer } from "../mysql/index.js";
import { FerryError, PartialFailure, type Progress } from "../operation/index.js";
import { committedRole, otherSide, readRole, type Side } from "../topology/index.js";

/** One of the two servers of a migration. */
export interface ReplicationEnd {
  /** As an administrator reaches it. */
  readonly connection: ConnectionOptions;
  /** As the other server's channel reaches it. */
  readonly address: ChannelSource;
}

/** The channel between the two: it runs from the primary, whichever that is, to the other. */
export interface ChannelRequest extends Omit<ChannelDetails, "source" | "sourceConnection"> {
  readonly source: ReplicationEnd;
  readonly target: ReplicationEnd;
}

/** What is true of a running channel and stays true while it runs. */
export interface ChannelResult {
  /** Where the channel begins. */
  readonly primary: Side;
  readonly sourceUuid: string;
  readonly targetUuid: string;
  readonly running: boolean;
  /** Proven errant transactions of the replica; `""` is none. */
  readonly errant: string;
}

/** The two servers over open connections, by role. */
export interface Ends {
  readonly side: Side;
  readonly primary: MysqlServer;
  readonly replica: MysqlServer;
  readonly uuids: Pick<ChannelResult, "sourceUuid" | "targetUuid">;
  readonly isFinal: boolean;
}

/** Makes the channel run from the primary to the other server and proves that it receives and applies. */
export async function ensureChannel(request: ChannelRequest, progress: Progress): Promise<ChannelResult> {
  return withEnds(request, async ({ side, primary, replica, uuids, isFinal }) => {
    if (isFinal) throw finalizedError(request.channel, primary.label);
    await replica.lockOut(request.startTimeoutSeconds);
    const details = {
      ...request,
      source: request[side].address,
      sourceConnection: request[side].connection,
      // Only the target was ever restored.
      restoredGtidSet: side === "source" ? request.restoredGtidSet : "",
    };
    const result = { primary: side, ...uuids, errant: "" };
    try {
      await ensureChannelBetween(primary, replica, details, progress);
    } catch (error) {
      throw new PartialFailure<ChannelResult>({ ...result, running: false }, error);
    }
    return { ...result, running: true };
  });
}

export type EndConnections = Readonly<Record<Side, Pick<ReplicationEnd, "connection">>>;

export async function withEnds<T>(ends: EndConnections, work: (ends: Ends) => Promise<T>): Promise<T> {
  return MysqlServer.with(ends.source.connection, "source", (source) =>
    MysqlServer.with(ends.target.connection, "target", async (target) => {
      const servers = { source, target };
      const roles = { source: await readRole(source, "source"), target: await readRole(target, "target") };
      const { primary, entry } = committedRole(roles.source, roles.target);
      return work({
        side: primary,
        primary: servers[primary],
        replica: servers[otherSide(primary)],
        uuids: { sourceUuid: roles.source.uuid, targetUuid: roles.target.uuid },
        isFinal: entry?.isFinal === true,
      });
    }),
  );
}

function finalizedError(channel: string, primary: string): FerryError {
  return new FerryError({
    failed: `starting replication channel ${channel}`,
    where: primary,
    seen: "the migration is finalized: this server is the primary for good",
    wanted: "a migration with a way back",
    next: "set gtid-ferry:phase to finalize again; to return, migrate in the other direction with a stack of its own",
  });
}
