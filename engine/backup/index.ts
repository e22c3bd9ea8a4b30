export { type BackupKeys, backupIdOf, backupKeys } from "./keys.js";
export { type Manifest, parseManifest } from "./manifest.js";
export { type BackupState, observeBackup } from "./observe-backup.js";
export { partSizeBytes } from "./part-size.js";
export { removeBackup } from "./remove-backup.js";
export type { BackupMethod, BackupRequest, BackupTools, RestoreRequest } from "./request.js";
export { type RestoreResult, restoreBackup } from "./restore-backup.js";
export type { ObjectStorage } from "./storage.js";
export { takeBackup } from "./take-backup.js";
