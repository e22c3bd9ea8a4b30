import {
  ConnectionLostError,
  followJob,
  type Host,
  isJobRunning,
  JobLostError,
  type JobStatus,
  readJobStatus,
} from "../hosts/index.js";
import { FerryError, messageOf, type Progress } from "../operation/index.js";
import { prepareHost } from "./host-check/index.js";
import { backupJobDirectory, removeCredentials, secretsOf, startJob, writeBackupJob } from "./job-files.js";
import { backupKeys } from "./keys.js";
import type { Manifest } from "./manifest.js";
import { lookAtBackup } from "./observe-backup.js";
import { removeFromStorage, undoOnHost } from "./remove-backup.js";
import type { BackupRequest } from "./request.js";
import { readSourceUuid, readTargetSettings } from "./source-facts.js";

/**
 * Makes the backup of `backupId` exist and gives its manifest. An intact one is left alone, one that is being taken is
 * followed, what a failed or killed one left is removed and the backup taken anew. Errors are FerryErrors.
 */
export async function takeBackup(host: Host, request: BackupRequest, progress: Progress): Promise<Manifest> {
  const directory = backupJobDirectory(request);
  const status = await readJobStatus(host, directory);
  if (await isJobRunning(host, status)) {
    progress(`backup ${request.backupId}: already running on ${host.name}, following it`);
    await follow(host, request, progress);
    return intactManifest(host, request);
  }
  try {
    const existing = await existingBackup(host, request);
    if (existing !== undefined) {
      progress(`backup ${request.backupId}: already there, nothing to do`);
      return existing;
    }
    // Before its object is removed: what a killed run left might upload it once more.
    if (status?.state === "running") await undoOnHost(host, request);
    await removeFromStorage(request.storage, keysOf(request));
    const settings = await readTargetSettings(host, request);
    const script = await writeBackupJob(host, request, settings);
    await prepareHost(host, request);
    await follow(host, request, progress, await startJob(host, directory, script));
  } catch (error) {
    // Only a job that was lost left its credentials; in all other cases this finds nothing. One that cannot be seen may
    // still need them, and removes them itself.
    if (!(error instanceof ConnectionLostError)) await removeCredentials(host, directory);
    throw error;
  }
  return intactManifest(host, request);
}

async function follow(
  host: Host,
  request: BackupRequest,
  progress: Progress,
  started?: Parameters<typeof followJob>[3],
): Promise<JobStatus> {
  const options = {
    title: `backup ${request.backupId} of ${request.database}`,
    directory: backupJobDirectory(request),
    timeoutSeconds: request.timeoutSeconds,
    stallTimeoutSeconds: request.stallTimeoutSeconds,
    ...(request.connectionLossTimeoutSeconds === undefined
      ? {}
      : { connectionLossTimeoutSeconds: request.connectionLossTimeoutSeconds }),
    secrets: secretsOf(request.storage, request.source.password),
  };
  try {
    return await followJob(host, options, progress, started);
  } catch (error) {
    if (error instanceof FerryError && !(error instanceof ConnectionLostError)) await undoJob(host, request, error);
    throw error;
  }
}

/**
 * The source must not keep a clone, nor the bucket half an object. A job that was killed could undo nothing, and one that
 * failed no whole object where its host may only upload.
 */
async function undoJob(host: Host, request: BackupRequest, failed: FerryError): Promise<void> {
  const attempts = await Promise.allSettled([
    ...(failed instanceof JobLostError ? [undoOnHost(host, request)] : []),
    removeFromStorage(request.storage, keysOf(request)),
  ]);
  const failures = attempts.flatMap((attempt) => (attempt.status === "rejected" ? [messageOf(attempt.reason)] : []));
  if (failures.length === 0) return;
  const seen = `${failed.problem.seen}\nCleaning up after it failed too: ${failures.join("\n")}`;
  throw new FerryError({ ...failed.problem, seen }, { cause: failed });
}

/** The manifest of an intact backup of this very server; undefined when the backup is to be taken. */
async function existingBackup(host: Host, request: BackupRequest): Promise<Manifest | undefined> {
  const { state, manifest } = await lookAtBackup(request.storage, keysOf(request));
  if (state !== "intact" || manifest === undefined) return undefined;
  const serverUuid = await readSourceUuid(host, request);
  if (manifest.serverUuid === serverUuid) return manifest;
  throw new FerryError({
    failed: `backup ${request.backupId} of ${request.database}`,
    where: `s3://${request.storage.bucket}/${keysOf(request).manifest}`,
    seen: `an intact backup of the server ${manifest.serverUuid}`,
    wanted: `none, or one of the source ${serverUuid}`,
    next: "choose another backup id, or remove that backup if it is no longer needed",
  });
}

async function intactManifest(host: Host, request: BackupRequest): Promise<Manifest> {
  const { state, manifest } = await lookAtBackup(request.storage, keysOf(request));
  if (state === "intact" && manifest !== undefined) return manifest;
  throw new FerryError({
    failed: `backup ${request.backupId} of ${request.database}`,
    where: `s3://${request.storage.bucket}/${keysOf(request).manifest}`,
    seen: `the job on ${host.name} has completed, and the backup is ${typeof state === "string" ? state : state.damaged}`,
    wanted: "an intact backup",
    next: "look who removes or changes objects in this bucket, then run again",
  });
}

function keysOf(request: BackupRequest) {
  return backupKeys(request.keyPrefix, request.database, request.backupId);
}
