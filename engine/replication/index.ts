export { type ChannelSource, type ChannelTls, changeSourceStatement } from "./channel-source.js";
export { type ChannelState, describeChannel, isReplicating, readChannel, readChannels } from "./channel-state.js";
export {
  type ChannelDetails,
  type ChannelRequest,
  type ChannelResult,
  ensureChannel,
  ensureChannelBetween,
} from "./ensure-channel.js";
export { type ReplicationLag, replicationLag } from "./lag.js";
export { type ChannelReport, readChannelResult, reportChannel } from "./read-channel.js";
export { removeChannel } from "./remove-channel.js";
