export { type ChannelSource, type ChannelTls, changeSourceStatement } from "./channel-source.js";
export { type ChannelState, describeChannel, isReplicating, readChannel, readChannels } from "./channel-state.js";
export { type ChannelDetails, ensureChannelBetween } from "./ensure-channel.js";
export { type ReplicationLag, replicationLag } from "./lag.js";
export {
  type ChannelRequest,
  type ChannelResult,
  type EndConnections,
  ensureChannel,
  type ReplicationEnd,
  withEnds,
} from "./migration-channel.js";
export { type ChannelReport, readChannelResult, reportChannel } from "./read-channel.js";
export { removeChannel, stopAndForget } from "./remove-channel.js";
