import type { TestMysql } from "../../lab/testing.js";
import { startDetachedWorkload, stopWorkload } from "../../lab/workload/index.js";

export interface LoadOptions {
  readonly connections: number;
  readonly ratePerSecond: number;
}

/** What the application got while something else was going on. */
export interface Load {
  readonly transactionsPerSecond: number;
  readonly p50Milliseconds: number;
  readonly p95Milliseconds: number;
}

/** Does `work` while an application writes in a process of its own, from the first of its transactions to the last. */
export async function underLoad<T>(
  source: TestMysql,
  { connections, ratePerSecond }: LoadOptions,
  directory: string,
  work: () => Promise<T>,
): Promise<{ readonly load: Load; readonly result: T }> {
  const connection = { ...source.options, ...source.app };
  const run = await startDetachedWorkload(directory, { connection, connections, ratePerSecond });
  let summary: Awaited<ReturnType<typeof stopWorkload>>;
  let result: T;
  try {
    result = await work();
  } finally {
    summary = await stopWorkload(run);
  }
  if (summary === undefined) throw new Error(`the workload in ${run.directory} left no summary`);
  const { acknowledged, seconds, p50Milliseconds, p95Milliseconds } = summary;
  const load = {
    transactionsPerSecond: acknowledged / seconds,
    p50Milliseconds: p50Milliseconds ?? Number.NaN,
    p95Milliseconds: p95Milliseconds ?? Number.NaN,
  };
  return { load, result };
}
