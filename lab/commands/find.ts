import { FerryError } from "@gtid-ferry/engine/operation";
import { ensureMysql } from "../../toolchain/mysql.js";
import { findServer, type LabServer } from "../lab.js";
import { labPaths } from "../lab-paths.js";
import { LabMysqld } from "../mysqld/index.js";
import type { WorkloadRun } from "../workload/index.js";
import { progress } from "./output.js";

export async function runningSource(): Promise<LabMysqld> {
  const source = LabMysqld.find(await ensureMysql(progress), labPaths.source);
  if (source === undefined) throw noSuch("source");
  if (source.isRunning()) return source;
  throw new FerryError({
    failed: "using the source",
    where: labPaths.source,
    seen: "it does not run",
    wanted: "a running source",
    next: "npm run lab -- up",
  });
}

export function requireServer(name: string): LabServer {
  const server = findServer(name);
  if (server === undefined) throw noSuch(name);
  return server;
}

export function noSuch(name: string): FerryError {
  return new FerryError({
    failed: `finding server ${name}`,
    where: "the lab",
    seen: "there is none of that name",
    wanted: "a server that was started once",
    next: `npm run lab -- ${name === "source" ? "up" : `mysqld start ${name}`}`,
  });
}

export function newestOf(runs: readonly WorkloadRun[]): WorkloadRun {
  const [newest] = runs;
  if (newest !== undefined) return newest;
  throw new FerryError({
    failed: "finding a workload",
    where: labPaths.workload,
    seen: "none was ever started",
    wanted: "a workload, running or not",
    next: "npm run lab -- workload start",
  });
}
