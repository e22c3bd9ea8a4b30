import type { Progress } from "@gtid-ferry/engine/operation";
import { APPLICATION, APPLICATION_PORT, LAB_HOST } from "../defaults.js";
import { labPaths } from "../lab-paths.js";
import { startDetachedWorkload, type WorkloadRun } from "../workload/index.js";

export interface LoadOptions {
  readonly connections: number;
  /** Transactions per second. */
  readonly rate: number;
}

/** Starts the application: it connects through HAProxy, whoever is the primary. */
export async function startLoad({ connections, rate }: LoadOptions, say: Progress): Promise<WorkloadRun> {
  const connection = { host: LAB_HOST, port: APPLICATION_PORT, ...APPLICATION };
  const run = await startDetachedWorkload(labPaths.workload, { connection, connections, ratePerSecond: rate });
  say(`${connections} connections write through HAProxy; every acknowledged write is noted in ${run.acknowledgedLog}`);
  return run;
}
