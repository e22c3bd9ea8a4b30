export { type ChannelGrounds, channelObstacles, type Obstacle } from "./channel-obstacles.js";
export { type ChannelSource, type ChannelTls, changeSourceStatement } from "./channel-source.js";
export { type ChannelState, describeChannel, isReplicating, readChannel, readChannels } from "./channel-state.js";
export { type Conflict, readConflict } from "./conflict.js";
export { describeConflict } from "./conflict-text.js";
export { dismissReader } from "./dismiss-reader.js";
export { type ChannelDetails, ensureChannelBetween, isConfiguredFor } from "./ensure-channel.js";
export type { ConflictServers, RowConflict } from "./find-conflict.js";
export { describeLag, type ReplicationLag, replicationLag } from "./lag.js";
export {
  type ChannelRequest,
  type ChannelResult,
  type EndConnections,
  ensureChannel,
  type ReplicationEnd,
  withEnds,
} from "./migration-channel.js";
export { type ChannelReport, readChannelResult, reportChannel } from "./read-channel.js";
export { type ReceivedTransactions, readReceived } from "./received.js";
export { removeChannel, stopAndForget } from "./remove-channel.js";
