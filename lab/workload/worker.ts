import { setTimeout as sleep } from "node:timers/promises";
import { codeOf, errnoOf } from "@gtid-ferry/engine/mysql";
import type { Connection } from "mysql2/promise";
import type { AcknowledgedLog } from "./acknowledged-log.js";
import { formatEntry } from "./entry.js";
import type { WorkloadStatistics } from "./statistics.js";
import { runTransaction, type WorkerMemory } from "./transactions.js";

/** What the workers of a run share. */
export interface WorkerContext {
  readonly run: string;
  readonly log: AcknowledgedLog;
  readonly statistics: WorkloadStatistics;
  readonly connect: () => Promise<Connection>;
  /** Waits until this worker may begin its next transaction. */
  readonly pace: () => Promise<void>;
  readonly isStopping: () => boolean;
}

const FIRST_PAUSE_MILLISECONDS = 20;
const LONGEST_PAUSE_MILLISECONDS = 1000;

/**
 * Errors of a COMMIT that the server gives before it does anything: a lock timeout, a deadlock, a read-only server.
 * After any other error the transaction may exist.
 */
const COMMIT_REFUSALS = new Set([1205, 1213, 1290, 1792, 1836]);

/** One connection of the application: transaction after transaction, connecting again with growing pauses. */
export async function runWorker(context: WorkerContext, memory: WorkerMemory): Promise<void> {
  let connection: Connection | undefined;
  let pauseMilliseconds = FIRST_PAUSE_MILLISECONDS;
  for (let sequence = 1; !context.isStopping(); sequence += 1) {
    await context.pace();
    if (context.isStopping()) break;
    try {
      connection ??= await context.connect();
      await commitOne(context, connection, memory, formatEntry({ run: context.run, worker: memory.worker, sequence }));
      pauseMilliseconds = FIRST_PAUSE_MILLISECONDS;
    } catch (error) {
      context.statistics.countError(errorCode(error));
      // A new connection has no half-done transaction of the old one.
      connection?.destroy();
      connection = undefined;
      context.statistics.countReconnect();
      await sleep(pauseMilliseconds);
      pauseMilliseconds = Math.min(2 * pauseMilliseconds, LONGEST_PAUSE_MILLISECONDS);
    }
  }
  // The server's goodbye does not matter any more: every outcome is in the log.
  await connection?.end().catch(() => connection?.destroy());
}

async function commitOne(
  { log, statistics }: WorkerContext,
  connection: Connection,
  memory: WorkerMemory,
  entry: string,
): Promise<void> {
  const start = performance.now();
  await connection.query("BEGIN");
  await runTransaction(connection, memory);
  await connection.query("INSERT INTO ledger (entry) VALUES (?)", [entry]);
  log.committing(entry);
  try {
    await connection.query("COMMIT");
  } catch (error) {
    if (COMMIT_REFUSALS.has(errnoOf(error) ?? 0)) {
      log.refused(entry);
      statistics.countRefused();
    } else {
      statistics.countUnknown();
    }
    throw error;
  }
  log.acknowledged(entry);
  statistics.countAcknowledged(performance.now() - start);
}

function errorCode(error: unknown): string {
  return codeOf(error) ?? (error instanceof Error ? error.name : "unknown");
}
