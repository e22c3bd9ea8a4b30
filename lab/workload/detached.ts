import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { FerryError } from "@gtid-ferry/engine/operation";
import { paths } from "../../toolchain/paths.js";
import { lastLines } from "../last-lines.js";
import { isRunning, readProcess, startDetached, stopProcess, writeProcess } from "../process/index.js";
import { summarySchema, type WorkloadSummary } from "./statistics.js";
import { ACKNOWLEDGED_LOG, SUMMARY_FILE, type WorkloadOptions } from "./workload.js";

/** A workload in a process of its own, known by its directory; it goes on when its starter ends. */
export interface WorkloadRun {
  readonly directory: string;
  readonly acknowledgedLog: string;
  readonly running: boolean;
}

const START_TIMEOUT_SECONDS = 30;
/** Longer than any transaction or reconnect of a worker. */
const STOP_GRACE_SECONDS = 60;

/** Starts a workload detached, in a new directory below `parent`, and returns once it writes. */
export async function startDetachedWorkload(
  parent: string,
  options: Omit<WorkloadOptions, "directory">,
): Promise<WorkloadRun> {
  const directory = join(parent, new Date().toISOString().replaceAll(/[:.]/g, "-"));
  await mkdir(directory, { recursive: true });
  // A file of its own, because the password must not be on a command line.
  const optionsFile = join(directory, "workload.json");
  await writeFile(optionsFile, JSON.stringify({ ...options, directory }), { mode: 0o600 });
  const tsx = createRequire(join(paths.projectRoot, "package.json")).resolve("tsx");
  const logPath = join(directory, "workload.log");
  const started = await startDetached({
    argv: [
      process.execPath,
      "--import",
      pathToFileURL(tsx).href,
      join(paths.projectRoot, "lab/workload/main.ts"),
      optionsFile,
    ],
    workingDirectory: paths.projectRoot,
    logPath,
  });
  writeProcess(directory, started);
  const deadline = Date.now() + START_TIMEOUT_SECONDS * 1000;
  while (!existsSync(join(directory, SUMMARY_FILE))) {
    const ended = !isRunning(started);
    if (ended || Date.now() >= deadline) {
      await stopProcess(started, 1);
      throw new FerryError({
        failed: "starting the workload",
        where: directory,
        seen: `${ended ? "it ended" : `nothing after ${START_TIMEOUT_SECONDS} s`}; the end of ${logPath}:\n${await lastLines(logPath, 10)}`,
        wanted: "a workload that writes",
        next: "mend what the log names, then start it again",
      });
    }
    await sleep(50);
  }
  return describe(directory);
}

/** Stops it and gives its last summary; one that has ended is success. */
export async function stopWorkload(run: WorkloadRun): Promise<WorkloadSummary | undefined> {
  const known = readProcess(run.directory);
  if (known !== undefined) await stopProcess(known, STOP_GRACE_SECONDS);
  return readSummary(run);
}

/** At most a second old while it runs; undefined when it never began. */
export async function readSummary(run: WorkloadRun): Promise<WorkloadSummary | undefined> {
  const path = join(run.directory, SUMMARY_FILE);
  return existsSync(path) ? summarySchema.parse(JSON.parse(await readFile(path, "utf8"))) : undefined;
}

/** All workloads below `parent`, the newest first. */
export async function listWorkloads(parent: string): Promise<WorkloadRun[]> {
  if (!existsSync(parent)) return [];
  const names = (await readdir(parent)).sort().reverse();
  return names.map((name) => describe(join(parent, name)));
}

function describe(directory: string): WorkloadRun {
  const known = readProcess(directory);
  return {
    directory,
    acknowledgedLog: join(directory, ACKNOWLEDGED_LOG),
    running: known !== undefined && isRunning(known),
  };
}
