import { compareGtidSets } from "../errant/index.js";
import type { ConnectionOptions } from "../mysql/index.js";
import { isNobodyListening, readServerFacts } from "../mysql/index.js";
import { FerryError, type Progress } from "../operation/index.js";
import { isReplicating, readChannel } from "./channel-state.js";
import { type ChannelRequest, type ChannelResult, withServers } from "./ensure-channel.js";
import { type ReplicationLag, replicationLag } from "./lag.js";

type ChannelPlace = Pick<ChannelRequest, "channel" | "from" | "to">;

/**
 * The channel as it is now; undefined when the target has no such channel. A target that nobody serves any more has a
 * channel that does not run, rather than none: its data is still there. Writes nothing.
 */
export async function readChannelResult(
  place: ChannelPlace & ChannelResult,
  progress: Progress,
): Promise<ChannelResult | undefined> {
  try {
    return await readRunningChannel(place);
  } catch (error) {
    if (!(error instanceof FerryError) || !isNobodyListening(error.cause)) throw error;
    progress(error.message);
    const { sourceUuid, targetUuid, errant } = place;
    return { sourceUuid, targetUuid, errant, running: false };
  }
}

async function readRunningChannel(place: ChannelPlace): Promise<ChannelResult | undefined> {
  return withServers(place, async (source, replica) => {
    const state = await readChannel(replica, place.channel);
    if (state === undefined) return undefined;
    const { errant } = await compareGtidSets(source, replica);
    const { serverUuid } = await readServerFacts(replica);
    return { sourceUuid: state.sourceUuid, targetUuid: serverUuid, running: isReplicating(state), errant };
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
  return withServers({ from, to }, async (source, replica) => {
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
  });
}
