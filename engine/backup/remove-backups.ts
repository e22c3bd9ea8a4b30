import { type HostOptions, withHost } from "../hosts/index.js";
import { briefly, type ConnectionOptions } from "../mysql/index.js";
import type { Progress } from "../operation/index.js";
import { isSuperseded } from "../topology/index.js";
import { listBackups } from "./find-backup.js";
import { backupJobDirectory } from "./job-files.js";
import { backupKeys } from "./keys.js";
import { removeBackup, removeFromStorage } from "./remove-backup.js";
import type { BackupRequest } from "./request.js";

export interface BackupRemoval extends BackupRequest {
  readonly host: HostOptions;
  /** Once it is the primary, the host may be gone for good. */
  readonly target?: ConnectionOptions;
}

/** Removes a backup, and before it those that a rebuild of the target took: what is left after an error is found again. */
export async function removeBackups(removal: BackupRemoval, progress: Progress): Promise<void> {
  const later = (await listBackups(removal)).filter((id) => id.startsWith(`${removal.backupId}-rebuild-`));
  const requests = [...later, removal.backupId].map((backupId) => ({ ...removal, backupId }));
  try {
    await withHost(removal.host, async (host) => {
      for (const request of requests) await removeBackup(host, request, progress);
    });
  } catch (error) {
    if (!(await isSuperseded(error, [removal.target]))) throw error;
    progress(`${briefly(error)}; the source is no longer the primary, so only the storage is cleared`);
    for (const request of requests) {
      await removeFromStorage(request.storage, backupKeys(request.keyPrefix, request.database, request.backupId));
      progress(
        `backup ${request.backupId}: removed; where the host comes back, ${backupJobDirectory(request)} is left`,
      );
    }
  }
}
