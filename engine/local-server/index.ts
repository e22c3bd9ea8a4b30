export { ensureLocalServer, type LocalServerRequest, type LocalServerResult } from "./ensure-local-server.js";
export { readLocalServer, removeLocalServer } from "./read-local-server.js";
export { replicaSettings, TARGET_LOG_BIN } from "./target-settings.js";
