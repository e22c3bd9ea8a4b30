import { type ServerVersion, type Statement, statement } from "../mysql/index.js";
import { type ChannelSource, changeSourceStatement } from "./source.js";
import { type ChannelState, isReplicating } from "./state.js";

export interface DesiredChannel {
  readonly channel: string;
  readonly source: ChannelSource;
}

/** What was seen of the channel before anything is done. */
export interface ObservedChannel {
  readonly state: ChannelState | undefined;
  /** Whether the replica's stored password is the wanted one; false when there is no channel. */
  readonly passwordMatches: boolean;
  readonly replicaVersion: ServerVersion;
}

/** The statements that lead from what is there to what is wanted; none when the channel already is as it should be. */
export function planChannel(observed: ObservedChannel, desired: DesiredChannel): Statement[] {
  const { state, replicaVersion } = observed;
  const start = statement("START REPLICA FOR CHANNEL ?", desired.channel);
  const change = changeSourceStatement(desired.channel, desired.source, replicaVersion);
  if (state === undefined) return [change, start];
  const isConfigured = observed.passwordMatches && channelMatches(state, desired.source);
  if (!isConfigured) return [statement("STOP REPLICA FOR CHANNEL ?", desired.channel), change, start];
  return isReplicating(state) || state.receiver === "CONNECTING" ? [] : [start];
}

/** Whether a channel is configured as wanted, but for the password, which it does not show. */
export function channelMatches(state: ChannelState, wanted: ChannelSource): boolean {
  return (
    state.host === wanted.host &&
    state.port === wanted.port &&
    state.user === wanted.user &&
    state.autoPosition &&
    state.tls === (wanted.tls.mode !== "disabled") &&
    state.tlsCaPath === (wanted.tls.mode === "disabled" ? state.tlsCaPath : (wanted.tls.caPath ?? "")) &&
    state.tlsVerifyIdentity === (wanted.tls.mode === "verify-identity") &&
    state.connectRetrySeconds === wanted.connectRetrySeconds &&
    state.retryCount === wanted.retryCount &&
    state.heartbeatSeconds === wanted.heartbeatSeconds &&
    state.compression === wanted.compression
  );
}
