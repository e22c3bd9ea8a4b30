import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { FENCE } from "../fence/index.js";
import { ADMIN_SCHEMA, type MysqlServer, quoteIdentifier, type Statement, statement } from "../mysql/index.js";
import { FerryError, messageOf } from "../operation/index.js";

const TABLE = `${quoteIdentifier(ADMIN_SCHEMA)}.${quoteIdentifier("errant_reset")}`;

/**
 * A reset that was begun and has not ended, kept in the replica itself: so the next run, from any machine and after any
 * crash, completes it. GTID sets are as the server prints them, without white space.
 */
export interface ResetRecord {
  /** To be taken out of the history. */
  readonly errant: string;
  /** Channels that ran before, to be started at the end. */
  readonly channels: readonly string[];
  /** Whether skip_replica_start was persisted for the reset, so that no restart starts a channel in between. */
  readonly persistedSkipStart: boolean;
  /** Both undefined until the channels were seen stopped. */
  readonly sets: { readonly before: string; readonly clean: string } | undefined;
  /** Whether the history was seen to be the clean set: from then on the channels may run, and it grows again. */
  readonly isClean: boolean;
}

const existsRow = z.object({ found: z.number() });
const flag = z.coerce.number().transform((value) => value === 1);
const recordRow = z.object({
  errant: z.string(),
  channels: z.string().transform((text) => z.array(z.string()).parse(JSON.parse(text))),
  persistedSkipStart: flag,
  executedBefore: z.string().nullable(),
  clean: z.string().nullable(),
  isClean: flag,
});

/** The statement that changes super_read_only waits this long for running transactions. */
const LOCK_WAIT_SECONDS = 5;
const CLOSE_TRIES = 5;
const LOG_AGAIN = statement("SET SESSION sql_log_bin = 1");

export async function readResetRecord(replica: MysqlServer): Promise<ResetRecord | undefined> {
  const { found } = await replica.queryOne(
    "SELECT COUNT(*) AS found FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_NAME = 'errant_reset'",
    [ADMIN_SCHEMA],
    existsRow,
  );
  if (found === 0) return undefined;
  const [row] = await replica.query(
    `SELECT errant, channels, persisted_skip_start AS persistedSkipStart, executed_before AS executedBefore, clean,
      is_clean AS isClean FROM ${TABLE}`,
    [],
    recordRow,
  );
  if (row === undefined) return undefined;
  const { executedBefore, clean, isClean, ...rest } = row;
  const sets = executedBefore === null || clean === null ? undefined : { before: executedBefore, clean };
  return { ...rest, sets, isClean };
}

/** Stores the record, and sees it on disk before anything is done that needs it. */
export async function writeResetRecord(replica: MysqlServer, record: ResetRecord): Promise<void> {
  await writeLocally(replica, [
    statement(`CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(ADMIN_SCHEMA)}`),
    statement(`CREATE TABLE IF NOT EXISTS ${TABLE} (id TINYINT UNSIGNED NOT NULL PRIMARY KEY,
      errant LONGTEXT CHARACTER SET ascii NOT NULL, channels TEXT CHARACTER SET utf8mb4 NOT NULL,
      persisted_skip_start BOOLEAN NOT NULL, executed_before LONGTEXT CHARACTER SET ascii NULL,
      clean LONGTEXT CHARACTER SET ascii NULL, is_clean BOOLEAN NOT NULL) ENGINE = InnoDB`),
    statement(
      `REPLACE INTO ${TABLE} VALUES (1, ?, ?, ?, ?, ?, ?)`,
      record.errant,
      JSON.stringify(record.channels),
      record.persistedSkipStart,
      record.sets?.before ?? null,
      record.sets?.clean ?? null,
      record.isClean,
    ),
  ]);
  // A commit may be in memory only, depending on innodb_flush_log_at_trx_commit.
  await replica.execute("FLUSH LOCAL ENGINE LOGS");
  const stored = await readResetRecord(replica);
  if (!isDeepStrictEqual(stored, record)) {
    throw new Error(`${replica.label}: the stored reset differs from the one written: ${JSON.stringify(stored)}`);
  }
}

export async function removeResetRecord(replica: MysqlServer): Promise<void> {
  await writeLocally(replica, [statement(`DROP TABLE IF EXISTS ${TABLE}`)]);
}

/**
 * Writes to a server that is super_read_only, without a trace in its binary log. Everything goes in one round trip:
 * the server itself closes the gap again. read_only stays on throughout, so applications are kept out.
 */
async function writeLocally(replica: MysqlServer, steps: readonly Statement[]): Promise<void> {
  try {
    await replica.batch(
      statement("SET SESSION sql_log_bin = 0"),
      statement(`SET SESSION lock_wait_timeout = ${LOCK_WAIT_SECONDS}`),
      statement("SET GLOBAL read_only = 1"),
      statement("SET GLOBAL super_read_only = 0"),
      ...steps,
      FENCE,
      LOG_AGAIN,
    );
  } catch (error) {
    await closeAgain(replica);
    throw error;
  }
}

/** The server stops at the first statement that fails, e.g. when a transaction holds up super_read_only. */
async function closeAgain(replica: MysqlServer): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await replica.batch(FENCE, LOG_AGAIN);
      return;
    } catch (error) {
      if (attempt < CLOSE_TRIES) continue;
      throw new FerryError(
        {
          failed: "making the replica read-only again",
          where: replica.label,
          seen: messageOf(error),
          wanted: "super_read_only ON",
          next: "SET GLOBAL super_read_only = ON there (read_only is ON), then run again",
        },
        { cause: error },
      );
    }
  }
}
