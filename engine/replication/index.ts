// What the resource ReplicationChannel calls: states of earlier versions go on calling it by these names.
export {
  type ChannelRequest,
  type ChannelResult,
  type Ends,
  ensureChannel,
  type MigrationConnections,
  withEnds,
} from "./migration-channel.js";
export { type ChannelReport, readChannelResult, reportChannel } from "./read-channel.js";
export { removeChannel } from "./remove-channel.js";
