import { z } from "zod";
import type { BinlogTransaction, ReadOptions } from "../binlog/index.js";
import type { TableName } from "../mysql/index.js";
import { messageOf } from "../operation/index.js";
import { type ApplierFailure, type FailedWorker, parseFailure } from "./conflict-failure.js";
import { conflictRepairs } from "./conflict-repairs.js";
import { type ConflictServers, findRow, type RowConflict, readFailedTransaction } from "./find-conflict.js";

/** Why an applier has stopped, and what can be done. */
export interface Conflict {
  readonly failure: ApplierFailure;
  /** What the source's binary log has of the transaction. */
  readonly transaction: BinlogTransaction | undefined;
  readonly row: RowConflict | undefined;
  /** What could not be read, and why; a line each. */
  readonly unread: readonly string[];
  /** The least invasive first; none skips anything. */
  readonly repairs: readonly string[];
}

const workerRow = z.object({
  number: z.number(),
  message: z.string(),
  applying: z.string(),
}) satisfies z.ZodType<FailedWorker>;
const readOnlyRow = z.object({ value: z.coerce.number() });

/**
 * Finds out why the applier of a channel has stopped; undefined when it has not. Changes nothing. What cannot be read
 * is missing in the result, and is no error.
 */
export async function readConflict(
  servers: ConflictServers,
  channel: string,
  options: ReadOptions = {},
): Promise<Conflict | undefined> {
  const { replica } = servers;
  const parsed = parseFailure(
    await replica.query(
      `SELECT LAST_ERROR_NUMBER AS number, LAST_ERROR_MESSAGE AS message, APPLYING_TRANSACTION AS applying
         FROM performance_schema.replication_applier_status_by_worker WHERE CHANNEL_NAME = ? ORDER BY WORKER_ID`,
      [channel],
      workerRow,
    ),
  );
  if (parsed === undefined) return undefined;
  const unread: string[] = [];
  const reading = async <T>(what: string, work: () => Promise<T | undefined>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      unread.push(`${what} could not be read: ${messageOf(error).replaceAll(/\s*\n\s*/g, ", ")}`);
      return undefined;
    }
  };
  const transaction = await reading("the transaction", () => readFailedTransaction(servers, parsed, options));
  const failure = { ...parsed, table: parsed.table ?? onlyTable(transaction) };
  const found = await reading("the row", () => findRow(servers, failure, transaction));
  const isSuperReadOnly = await reading("super_read_only", async () => {
    const { value } = await replica.queryOne("SELECT @@GLOBAL.super_read_only AS value", [], readOnlyRow);
    return value === 1;
  });
  const place = { channel, replica: replica.label, isSuperReadOnly: isSuperReadOnly ?? true };
  return {
    failure,
    transaction,
    row: found?.row,
    unread,
    repairs: conflictRepairs(failure, found?.grounds, place),
  };
}

function onlyTable(transaction: BinlogTransaction | undefined): TableName | undefined {
  const [table, ...others] = transaction?.tables ?? [];
  return others.length === 0 ? table : undefined;
}
