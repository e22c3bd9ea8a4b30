export type { ChannelSource, ChannelTls } from "./channel-source.js";
export { type ChannelState, describeChannel, isReplicating, readChannel, readChannels } from "./channel-state.js";
export { type ChannelRequest, type ChannelResult, ensureChannel } from "./ensure-channel.js";
export { type ReplicationLag, replicationLag } from "./lag.js";
export { type ChannelReport, readChannelResult, reportChannel } from "./read-channel.js";
export { removeChannel } from "./remove-channel.js";
