import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type BackupRequest,
  type Manifest,
  type RestoreRequest,
  restoreBackup,
  takeBackup,
} from "@gtid-ferry/engine/backup";
import { LocalHost } from "@gtid-ferry/engine/hosts";
import { silent } from "@gtid-ferry/engine/operation";

/** One run of ours. */
export interface SeedingRun {
  /** Of the stage that the bare pipe has too. */
  readonly streamSeconds: number;
  /** From the call to its return. */
  readonly wholeSeconds: number;
  readonly manifest: Manifest;
}

export async function ourBackup(request: BackupRequest): Promise<SeedingRun> {
  const start = performance.now();
  const manifest = await takeBackup(new LocalHost(), request, silent);
  const wholeSeconds = (performance.now() - start) / 1000;
  const log = await readFile(join(request.workDirectory, `backup-${request.backupId}`, "log"), "utf8");
  return { streamSeconds: stageSeconds(log, "stream"), wholeSeconds, manifest };
}

export async function ourRestore(request: RestoreRequest, backupId: string): Promise<SeedingRun> {
  const start = performance.now();
  const { manifest } = await restoreBackup(new LocalHost(), request, silent);
  const wholeSeconds = (performance.now() - start) / 1000;
  const log = await readFile(join(request.workDirectory, `restore-${backupId}`, "log"), "utf8");
  return { streamSeconds: stageSeconds(log, "download"), wholeSeconds, manifest };
}

/** Time from a stage's line in a job's log to the next stage's. */
export function stageSeconds(log: string, stage: string): number {
  const stages = [...log.matchAll(/^(\S+) (?:stage (\S+)|(completed))/gm)].map(([, time = "", name]) => ({
    time,
    name,
  }));
  const index = stages.findIndex(({ name }) => name === stage);
  const [begin, end] = [stages[index], stages[index + 1]];
  if (begin === undefined || end === undefined) throw new Error(`the log has no whole stage ${stage}:\n${log}`);
  return (Date.parse(end.time) - Date.parse(begin.time)) / 1000;
}

/** Most resident memory of this process while `work` runs, in MiB. */
export async function peakResidentMebibytes(work: () => Promise<unknown>): Promise<number> {
  let peak = 0;
  const look = () => {
    peak = Math.max(peak, process.memoryUsage().rss);
  };
  const timer = setInterval(look, 20);
  try {
    await work();
  } finally {
    look();
    clearInterval(timer);
  }
  return peak / 1024 / 1024;
}
