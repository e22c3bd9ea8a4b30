import {
  ConnectionLostError,
  followJob,
  type Host,
  isJobRunning,
  JobLostError,
  readJobStatus,
  secondsOf,
} from "../hosts/index.js";
import { FerryError, type Progress } from "../operation/index.js";
import { removeCredentials, secretsOf, startJob, writeRestoreJob } from "./job-files.js";
import { backupIdOf } from "./keys.js";
import { type Manifest, parseManifest } from "./manifest.js";
import type { RestoreRequest } from "./request.js";

export interface RestoreResult {
  /** What the restore took; of an earlier run when nothing was left to do. */
  readonly seconds: number;
  /** Ready for mysqld of the series of `manifest.serverVersion`. */
  readonly dataDirectory: string;
  readonly manifest: Manifest;
  /** Whether this call restored something; false when the data was there already. */
  readonly restored: boolean;
}

/**
 * Makes the backup's data lie in `volumeDirectory/data`. A restore that goes on is followed, one that was killed starts
 * anew, one that is done is left alone; data from elsewhere is never touched. Errors are FerryErrors.
 */
export async function restoreBackup(host: Host, request: RestoreRequest, progress: Progress): Promise<RestoreResult> {
  const backupId = backupIdOf(request.manifestKey);
  const directory = `${request.workDirectory}/restore-${backupId}`;
  const options = {
    title: `restore of backup ${backupId}`,
    directory,
    timeoutSeconds: request.timeoutSeconds,
    stallTimeoutSeconds: request.stallTimeoutSeconds,
    secrets: secretsOf(request.storage),
  };
  const running = await isJobRunning(host, await readJobStatus(host, directory));
  if (running) progress(`${options.title}: already running on ${host.name}, following it`);
  try {
    const started = running
      ? undefined
      : await startJob(host, directory, await writeRestoreJob(host, directory, request));
    const status = await followJob(host, options, progress, started);
    const manifest = await restoredManifest(host, request, backupId);
    const dataDirectory = `${request.volumeDirectory}/data`;
    return { seconds: secondsOf(status), dataDirectory, manifest, restored: status.stage !== "present" };
  } catch (error) {
    if (error instanceof JobLostError) await undoOnHost(host, request, directory);
    // A job that cannot be seen may still need them, and removes them itself.
    if (!(error instanceof ConnectionLostError)) await removeCredentials(host, directory);
    throw error;
  }
}

/** Ends what a killed restore left running and removes its scratch folder; the data directory stays as it is. */
async function undoOnHost(host: Host, request: RestoreRequest, directory: string): Promise<void> {
  const script = await writeRestoreJob(host, directory, request);
  await host.run({ argv: ["bash", script, "--cleanup", directory], timeoutSeconds: 180 });
}

/** The marker beside the data is the manifest itself. */
async function restoredManifest(host: Host, request: RestoreRequest, backupId: string): Promise<Manifest> {
  const path = `${request.volumeDirectory}/.restore/${backupId}.done`;
  const text = await host.readFile(path);
  if (text !== undefined) return parseManifest(text);
  throw new FerryError({
    failed: `restore of backup ${backupId}`,
    where: `${host.name}, ${path}`,
    seen: "the restore has completed without leaving its marker",
    wanted: "the manifest of the restored backup",
    next: "look who removes files there, then run again",
  });
}
