import { existsSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import type { ConnectionOptions } from "@gtid-ferry/engine/mysql";
import { FerryError, type Progress } from "@gtid-ferry/engine/operation";
import { ensureHaproxy } from "../toolchain/haproxy.js";
import { withLock } from "../toolchain/lock.mjs";
import { ensureMysql, type MysqlInstallation } from "../toolchain/mysql.js";
import { paths } from "../toolchain/paths.js";
import { ensurePythonTools } from "../toolchain/python.js";
import { ADMINISTRATOR, APPLICATION_PORT, LAB_HOST, S3_PORT, SOURCE_PORT, TARGET_PORT } from "./defaults.js";
import { type LabHaproxy, startHaproxy } from "./haproxy.js";
import { labPaths } from "./lab-paths.js";
import { LabMysqld } from "./mysqld/index.js";
import { forgetProcess, isRunning, readProcess, stopProcess } from "./process/index.js";
import { type S3Access, startS3 } from "./s3.js";
import { fillSample, type Sample } from "./sample-database/index.js";
import { listWorkloads, stopWorkload } from "./workload/index.js";

export interface LabOptions {
  /** Size of the sample database. @default any that is there, else 300 */
  readonly mebibytes?: number;
  /** @default SOURCE_PORT */
  readonly sourcePort?: number;
  /** @default S3_PORT */
  readonly s3Port?: number;
  readonly progress: Progress;
}

/** A source with data, the address that applications use, and an S3 store, all running. */
export interface Lab {
  readonly installation: MysqlInstallation;
  readonly source: LabMysqld;
  readonly haproxy: LabHaproxy;
  readonly s3: S3Access;
  readonly sample: Sample;
}

/** Starts what does not run yet; what runs is found again, whoever started it. */
export async function startLab(options: LabOptions): Promise<Lab> {
  const { progress } = options;
  const [installation, python] = await Promise.all([ensureMysql(progress), ensurePythonTools(progress)]);
  const { haproxy } = await ensureHaproxy(progress);
  return withLock(join(paths.locks, "lab"), progress, async () => {
    const sourceOptions = { directory: labPaths.source, port: options.sourcePort ?? SOURCE_PORT };
    const s3Options = { directory: labPaths.s3, port: options.s3Port ?? S3_PORT };
    const [source, s3] = await Promise.all([
      LabMysqld.start(installation, sourceOptions, progress),
      startS3(python.motoServer, s3Options),
    ]);
    const proxy = await startHaproxy(haproxy, {
      directory: labPaths.haproxy,
      port: APPLICATION_PORT,
      backends: { source: source.port, target: TARGET_PORT },
    });
    progress(
      `source: MySQL ${installation.version} on ${LAB_HOST}:${source.port}; HAProxy before it on port ${proxy.port}; S3: ${s3.endpoint}`,
    );
    const sampleOptions = options.mebibytes === undefined ? {} : { mebibytes: options.mebibytes };
    return {
      installation,
      source,
      haproxy: proxy,
      s3,
      sample: await fillSample(source.socket, sampleOptions, progress),
    };
  });
}

/** How the migration's local target is reached; its accounts came with the source's data. */
export function targetConnection(): ConnectionOptions {
  return { host: LAB_HOST, port: TARGET_PORT, ...ADMINISTRATOR };
}

/** Stops every process of the lab, the writers first; the data stay unless they are to be removed. */
export async function stopLab(options: { readonly removeData?: boolean; readonly progress: Progress }): Promise<void> {
  const { progress } = options;
  for (const run of await listWorkloads(labPaths.workload)) {
    if (!run.running) continue;
    progress(`stopping workload ${basename(run.directory)}`);
    await stopWorkload(run);
  }
  await Promise.all(
    (await listServers()).filter(({ running }) => running).map((server) => stopServer(server, progress)),
  );
  if (options.removeData !== true) return;
  progress(`removing ${paths.lab}`);
  await rm(paths.lab, { recursive: true, force: true });
}

/** One server of the lab: MySQL, HAProxy or S3. */
export interface LabServer {
  readonly name: string;
  /** Where its process.json is. */
  readonly directory: string;
  readonly running: boolean;
  /** Of the last start. */
  readonly pid: number | undefined;
}

export async function listServers(): Promise<LabServer[]> {
  if (!existsSync(paths.lab)) return [];
  const entries = await readdir(paths.lab, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return names.flatMap((name) => findServer(name) ?? []);
}

/** Undefined when there never was one of that name. */
export function findServer(name: string): LabServer | undefined {
  const directory = name === "target" ? labPaths.targetRun : join(paths.lab, name);
  const known = readProcess(directory);
  if (known === undefined && !existsSync(join(directory, "my.cnf"))) return undefined;
  return { name, directory, running: known !== undefined && isRunning(known), pid: known?.pid };
}

export async function stopServer({ name, directory, pid }: LabServer, progress: Progress): Promise<void> {
  const known = readProcess(directory);
  if (known === undefined) return;
  progress(`stopping ${name} (process ${pid})`);
  await stopProcess(known, 60);
  forgetProcess(directory);
}

/** The directory of a MySQL server of the lab's own; the target is the migration's. */
export function serverDirectory(name: string): string {
  const reserved = ["haproxy", "s3", "workload", "target", "backup"];
  if (/^[a-z0-9][a-z0-9-]{0,30}$/.test(name) && !reserved.includes(name)) return join(paths.lab, name);
  throw new FerryError({
    failed: "naming a server",
    where: paths.lab,
    seen: JSON.stringify(name),
    wanted: `lower-case letters, digits and dashes, and none of ${reserved.join(", ")}`,
    next: name === "target" ? "pulumi up starts the target" : "choose another name",
  });
}
