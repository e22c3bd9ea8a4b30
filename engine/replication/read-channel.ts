import { isReplicating, type ReplicationLag, readChannel, replicationLag } from "../channel/index.js";
import {
  type ConnectionOptions,
  compareGtidSets,
  isNobodyListening,
  MysqlServer,
  readServerFacts,
} from "../mysql/index.js";
import { FerryError, type Progress } from "../operation/index.js";
import { isSuperseded, otherSide } from "../topology/index.js";
import {
  areReplicating,
  type ChannelRequest,
  type ChannelResult,
  isGivenUp,
  type MigrationConnections,
  withEnds,
} from "./migration-channel.js";

type ChannelPlace = MigrationConnections & Pick<ChannelRequest, "channel" | "reverseReplication">;

/**
 * The channel as it is now; undefined when the replica has none. A server that nobody serves any more has a
 * channel that does not run, rather than none: its data is still there. The same holds for one that cannot be reached
 * once the other has taken over. Writes nothing.
 */
export async function readChannelResult(
  place: ChannelPlace & ChannelResult,
  progress: Progress,
): Promise<ChannelResult | undefined> {
  try {
    return await readRunningChannel(place);
  } catch (error) {
    if (!(error instanceof FerryError)) throw error;
    const { source, target, replicas = {} } = place;
    const members = [source, target, ...Object.values(replicas)].map(({ connection }) => connection);
    if (!isNobodyListening(error.cause) && !(await isSuperseded(error, members))) throw error;
    progress(error.message);
    const { primary, sourceUuid, targetUuid, errant } = place;
    return { primary, sourceUuid, targetUuid, errant, running: false };
  }
}

async function readRunningChannel(place: ChannelPlace): Promise<ChannelResult | undefined> {
  return withEnds(place, async (ends) => {
    const { side, primary, servers, uuids } = ends;
    const result = { primary, ...uuids, errant: "" };
    if (side === undefined) return { ...result, running: await areReplicating(ends, place.channel) };
    const replica = servers[otherSide(side)];
    const state = await readChannel(replica, place.channel);
    if (state === undefined) return isGivenUp(place, ends) ? { ...result, running: false, isGivenUp: true } : undefined;
    const { errant } = await compareGtidSets(servers[side], replica);
    const isOfPrimary = state.sourceUuid === uuids[`${side}Uuid`];
    return { ...result, running: isReplicating(state) && isOfPrimary, errant, isGivenUp: isGivenUp(place, ends) };
  });
}

export interface ChannelReport extends ReplicationLag {
  readonly connected: boolean;
  readonly applying: boolean;
  readonly errant: string;
}

/** Lag and health of a channel at this moment. */
export async function reportChannel(
  from: ConnectionOptions,
  to: ConnectionOptions,
  channel: string,
): Promise<ChannelReport> {
  return MysqlServer.with(from, "source", (source) =>
    MysqlServer.with(to, "target", async (replica) => {
      const state = await readChannel(replica, channel);
      const { missing, errant } = await compareGtidSets(source, replica);
      if (state === undefined) return { connected: false, applying: false, missing, errant, seconds: null };
      const { now } = await readServerFacts(replica);
      return {
        ...replicationLag(missing, state, now),
        connected: state.receiver === "ON",
        applying: state.applier === "ON" && state.applierErrors.length === 0,
        errant,
      };
    }),
  );
}
