export { ensureLocalServer } from "./ensure-local-server.js";
export { isLocalServerRunning, readLocalServer } from "./read-local-server.js";
export {
  ensureRebuilt,
  needsRebuild,
  planRebuild,
  type RebuildOptions,
  type RebuiltServer,
} from "./rebuild-local-server.js";
export { removeLocalServer } from "./remove-local-server.js";
export type { LocalServerRequest, LocalServerResult } from "./request.js";
export { replicaSettings, TARGET_LOG_BIN } from "./target-settings.js";
