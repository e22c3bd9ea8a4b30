import { type Host, readJobStatus } from "../../hosts/index.js";
import { backupJobDirectory, writeBackupJob } from "../job-files.js";
import type { BackupRequest } from "../request.js";
import { prepareHost } from "./prepare-host.js";

/**
 * Sees whether the host can be reached and could take this backup, before anything is changed: what is written there to
 * ask is gone afterwards. Where a job has been before, taking the backup decides. A FerryError names everything that is
 * missing.
 */
export async function checkHost(host: Host, request: BackupRequest): Promise<void> {
  const directory = backupJobDirectory(request);
  if ((await readJobStatus(host, directory)) !== undefined) return;
  try {
    await writeBackupJob(host, request);
    await prepareHost(host, request);
  } finally {
    await host.remove(directory);
  }
}
