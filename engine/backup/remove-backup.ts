import { type Host, isJobRunning, processOf, readJobStatus, redact } from "../hosts/index.js";
import { FerryError, type Progress } from "../operation/index.js";
import { backupJobDirectory, secretsOf, writeBackupJob } from "./job-files.js";
import { type BackupKeys, backupKeys } from "./keys.js";
import type { BackupRequest } from "./request.js";
import { BackupStorage, type ObjectStorage } from "./storage.js";

const STOP_GRACE_SECONDS = 60;
const UNDO_TIMEOUT_SECONDS = 180;

/**
 * Removes a backup and every trace of its job: a running job is stopped first, then the manifest goes, then the rest, so
 * that a half-removed backup is never taken for a valid one. Nothing there is success.
 */
export async function removeBackup(host: Host, request: BackupRequest, progress: Progress): Promise<void> {
  const directory = backupJobDirectory(request);
  const status = await readJobStatus(host, directory);
  if (status !== undefined && (await isJobRunning(host, status))) {
    progress(`backup ${request.backupId}: stopping its job on ${host.name}`);
    await host.stop(processOf(status), STOP_GRACE_SECONDS);
  }
  if (status !== undefined) await undoOnHost(host, request);
  await removeFromStorage(request.storage, backupKeys(request.keyPrefix, request.database, request.backupId));
  await host.remove(directory);
  progress(`backup ${request.backupId}: removed`);
}

/** Removes manifest, object and unfinished uploads, in this order. */
export async function removeFromStorage(storage: ObjectStorage, keys: BackupKeys): Promise<void> {
  await BackupStorage.with(storage, async (store) => {
    await store.delete(keys.manifest);
    await store.abortUploads(keys.object);
    await store.delete(keys.object);
  });
}

/** Undoes on the host what a job left that could not do so itself: processes, the clone, the clone plugin. */
export async function undoOnHost(host: Host, request: BackupRequest): Promise<void> {
  const directory = backupJobDirectory(request);
  const script = await writeBackupJob(host, request);
  const result = await host.run({
    argv: ["bash", script, "--cleanup", directory],
    timeoutSeconds: UNDO_TIMEOUT_SECONDS,
  });
  if (result.exitCode === 0) return;
  throw new FerryError({
    failed: `cleaning up after backup ${request.backupId}`,
    where: `${host.name}, job ${directory}`,
    seen: redact(
      `exit code ${result.exitCode}: ${result.stderr.trim().slice(-2000)}`,
      secretsOf(request.storage, request.source.password),
    ),
    wanted: "no process, no clone and no clone plugin of this backup",
    next: "see that mysqld runs and the login is right, then run again",
  });
}
