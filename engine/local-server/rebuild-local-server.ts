import { createHash } from "node:crypto";
import { type BackupRequest, backupKeys, findBackup, takeBackup } from "../backup/index.js";
import type { Host } from "../hosts/index.js";
import {
  addressOf,
  type ConnectionOptions,
  MysqlServer,
  reaches,
  readExecuted,
  readServerFacts,
  subtractOn,
} from "../mysql/index.js";
import { FerryError, messageOf, type Progress } from "../operation/index.js";
import { isPrimaryByItself, readWitness } from "../topology/index.js";
import { ensureLocalServer } from "./ensure-local-server.js";
import { isRestored, putOldDataBack, removeOldData, setOldDataAside } from "./old-data.js";
import { type RebuildNote, readRebuildNote, removeRebuildNote, writeRebuildNote } from "./rebuild-note.js";
import type { LocalServerRequest, LocalServerResult } from "./request.js";
import { findRunningServer } from "./server-process.js";

/** How a target is restored again that can no longer get all it lacks from its source's binary logs. */
export interface RebuildOptions {
  /** The server that the target replicates from. */
  readonly source: ConnectionOptions;
  /** How a new backup is taken, where none that there is reaches far enough. */
  readonly backup: BackupRequest;
  /** Another rebuild within this time is an error: binary logs that are purged so soon would be purged again. */
  readonly minimumIntervalSeconds: number;
  /** Whether the target is restored again although it needs it not, e.g. to be rid of what only it has. @default false */
  readonly always?: boolean;
}

const STOP_GRACE_SECONDS = 120;
const CATCH_UP_SECONDS = 2;

/** A target and the backup that its data come from. */
export interface RebuiltServer {
  readonly server: LocalServerResult;
  readonly manifestKey: string;
}

/** Whether something is to be done: a rebuild to begin, to go on with, or old data that are no longer needed. */
export async function needsRebuild(host: Host, request: LocalServerRequest, rebuild: RebuildOptions): Promise<boolean> {
  const note = await readRebuildNote(host, request);
  if (note !== undefined && note.finishedAt === undefined) return true;
  if (note?.keepsOldData === true && (await hasCaughtUp(request, rebuild))) return true;
  return (await readPurgedAndMissing(request, rebuild)) !== "";
}

/** What `ensureRebuilt` would do to the data now, a line each; nothing when the target lacks nothing that was purged. */
export async function planRebuild(host: Host, request: LocalServerRequest, rebuild: RebuildOptions): Promise<string[]> {
  const { volumeDirectory } = request.restore;
  const note = await readRebuildNote(host, request);
  if (note !== undefined && note.finishedAt === undefined) {
    return [`go on with the rebuild of ${note.startedAt}: restore ${note.manifestKey} into ${volumeDirectory}`];
  }
  const missing = await readPurgedAndMissing(request, rebuild);
  if (missing === "" && rebuild.always !== true) return [];
  await refusePrimary(request);
  const { serverUuid, gtidPurged } = await MysqlServer.with(rebuild.source, "source", readServerFacts);
  const found = await findBackup(rebuild.backup, serverUuid, gtidPurged);
  return [
    `target ${addressOf(request.target)}: ${reasonFor(missing)}`,
    found === undefined
      ? "take a new backup, because none that there is reaches far enough"
      : `take backup ${found.backupId} of ${found.endedAt}, the newest that reaches far enough`,
    `${host.name}: stop the target, set its data aside in ${volumeDirectory}/old, restore the backup, start it read-only`,
  ];
}

/**
 * Runs the target, and restores it again when its source has purged binary logs that it needs: from the newest backup
 * that reaches far enough, else from a new one. The old data are set aside on the same volume until a later run finds
 * that the new ones have caught up, and come back if the restore fails. A run that was killed is gone on with.
 */
export async function ensureRebuilt(
  host: Host,
  request: LocalServerRequest,
  rebuild: RebuildOptions,
  known: LocalServerResult | undefined,
  progress: Progress,
): Promise<RebuiltServer> {
  const { volumeDirectory } = request.restore;
  let note = await readRebuildNote(host, request);
  if (note === undefined || note.finishedAt !== undefined) {
    const manifestKey = note?.manifestKey ?? request.restore.manifestKey;
    const unchanged = manifestKey === request.restore.manifestKey ? known : undefined;
    const server = await ensureLocalServer(host, request, unchanged, progress);
    if (note?.keepsOldData === true && (await hasCaughtUp(request, rebuild))) {
      progress(`${host.name}: the rebuilt target has caught up; removing the old data in ${volumeDirectory}/old`);
      await removeOldData(host, volumeDirectory);
      await writeRebuildNote(host, request, { ...note, keepsOldData: false });
    }
    const missing = await readPurgedAndMissing(request, rebuild);
    if (missing === "" && rebuild.always !== true) return { server, manifestKey };
    await refusePrimary(request);
    note = await beginRebuild(host, request, rebuild, note, missing, progress);
  }
  const server = await restoreAnew(host, request, note, progress);
  await writeRebuildNote(host, request, { ...note, isSetAside: true, finishedAt: new Date().toISOString() });
  return { server, manifestKey: note.manifestKey };
}

async function beginRebuild(
  host: Host,
  request: LocalServerRequest,
  rebuild: RebuildOptions,
  last: RebuildNote | undefined,
  missing: string,
  progress: Progress,
): Promise<RebuildNote> {
  const where = `target ${addressOf(request.target)}`;
  if (missing !== "") refuseTooSoon(last, rebuild, where, missing);
  progress(`${where}: ${reasonFor(missing)}: it is restored again`);
  const manifestKey = await reachingBackup(host, rebuild, missing, progress);
  // What an earlier rebuild has set aside: the data of now take its place.
  await removeOldData(host, request.restore.volumeDirectory);
  const note = { manifestKey, missing, startedAt: new Date().toISOString(), isSetAside: false, keepsOldData: true };
  await writeRebuildNote(host, request, note);
  return note;
}

/** `""` for a target that is the primary or has no need. */
async function readPurgedAndMissing(request: LocalServerRequest, rebuild: RebuildOptions): Promise<string> {
  return MysqlServer.with(request.target, "target", async (target) => {
    const { superReadOnly, gtidExecuted } = await readServerFacts(target);
    if (isPrimaryByItself(await readWitness(target, "target")) || !superReadOnly) return "";
    const { gtidPurged } = await MysqlServer.with(rebuild.source, "source", readServerFacts);
    return subtractOn(target, gtidPurged, gtidExecuted);
  });
}

function reasonFor(missing: string): string {
  return missing === ""
    ? "asked for, although the source has all that it lacks"
    : `lacks ${missing}, which the source has purged`;
}

/** The only writable copy of the data is nothing to restore over. */
async function refusePrimary({ target }: LocalServerRequest): Promise<void> {
  await MysqlServer.with(target, "target", async (server) => {
    const { superReadOnly } = await readServerFacts(server);
    if (!isPrimaryByItself(await readWitness(server, "target")) && superReadOnly) return;
    throw new FerryError({
      failed: "rebuilding the target",
      where: server.label,
      seen: superReadOnly ? "it is the primary" : "it accepts writes",
      wanted: "a read-only replica",
      next: "make the source the primary first: gtid-ferry:phase replicate, then pulumi up",
    });
  });
}

async function hasCaughtUp(request: LocalServerRequest, rebuild: RebuildOptions): Promise<boolean> {
  const executed = await MysqlServer.with(rebuild.source, "source", readExecuted);
  return MysqlServer.with(request.target, "target", (target) => reaches(target, executed, CATCH_UP_SECONDS));
}

function refuseTooSoon(note: RebuildNote | undefined, rebuild: RebuildOptions, where: string, missing: string): void {
  if (note?.finishedAt === undefined) return;
  const seconds = (Date.now() - Date.parse(note.finishedAt)) / 1000;
  if (seconds >= rebuild.minimumIntervalSeconds) return;
  throw new FerryError({
    failed: "rebuilding the target",
    where,
    seen: `it lacks ${missing}, which the source has purged, and was rebuilt ${Math.round(seconds)} s ago`,
    wanted: `at most one rebuild in ${rebuild.minimumIntervalSeconds} s`,
    next: "raise gtid-ferry:binlogRetentionSeconds above what backup, restore and catch-up take together, then run again later",
  });
}

async function reachingBackup(
  host: Host,
  rebuild: RebuildOptions,
  missing: string,
  progress: Progress,
): Promise<string> {
  const { backup, source } = rebuild;
  const facts = await MysqlServer.with(source, "source", readServerFacts);
  const found = await findBackup(backup, facts.serverUuid, facts.gtidPurged);
  if (found !== undefined) {
    progress(`backup ${found.backupId} of ${found.endedAt} reaches far enough`);
    return backupKeys(backup.keyPrefix, backup.database, found.backupId).manifest;
  }
  // Named by what it is for, so that a run after a killed one finds it.
  const purpose = createHash("sha256").update(missing).digest("hex").slice(0, 8);
  const backupId = `${backup.backupId}-rebuild-${purpose}`;
  progress(`no backup reaches far enough: taking ${backupId}`);
  await takeBackup(host, { ...backup, backupId }, progress);
  return backupKeys(backup.keyPrefix, backup.database, backupId).manifest;
}

async function restoreAnew(
  host: Host,
  request: LocalServerRequest,
  note: RebuildNote,
  progress: Progress,
): Promise<LocalServerResult> {
  const { volumeDirectory } = request.restore;
  if (!note.isSetAside) {
    const process = await findRunningServer(host, request);
    if (process !== undefined) {
      progress(
        `${host.name}: stopping the target; its data stay in ${volumeDirectory}/old until the new ones have caught up`,
      );
      await host.stop(process, STOP_GRACE_SECONDS);
    }
    await setOldDataAside(host, volumeDirectory);
    await writeRebuildNote(host, request, { ...note, isSetAside: true });
  }
  try {
    return await ensureLocalServer(host, request, undefined, progress);
  } catch (error) {
    if (await isRestored(host, volumeDirectory, note.manifestKey)) throw error;
    progress(`${host.name}: the restore failed, so the target goes on with its old data: ${messageOf(error)}`);
    await putOldDataBack(host, volumeDirectory);
    await removeRebuildNote(host, request);
    await ensureLocalServer(host, request, undefined, progress);
    throw error;
  }
}
