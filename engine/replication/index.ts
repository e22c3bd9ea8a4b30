export {
  type ChannelRequest,
  type ChannelResult,
  type EndConnections,
  ensureChannel,
  type ReplicationEnd,
  withEnds,
} from "./migration-channel.js";
export { type ChannelReport, readChannelResult, reportChannel } from "./read-channel.js";
export { removeChannel } from "./remove-channel.js";
