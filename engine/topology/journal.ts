import { z } from "zod";
import { ADMIN_SCHEMA, type MysqlServer, quoteIdentifier, type Statement, statement } from "../mysql/index.js";

const JOURNAL = `${quoteIdentifier(ADMIN_SCHEMA)}.${quoteIdentifier("switchover")}`;

/** One committed switchover. It exists if and only if the primary role has moved. */
export interface JournalEntry {
  /** 1 for the first switchover of a migration, and so on. */
  readonly number: number;
  readonly primaryUuid: string;
  readonly previousUuid: string;
  /** gtid_executed of the previous primary, read after its fence was proven. */
  readonly finalGtidSet: string;
  /** event_scheduler of the previous primary before its fence: `ON` or `OFF`. */
  readonly eventScheduler: string;
  /** UTC, `YYYY-MM-DD hh:mm:ss.ffffff`. */
  readonly committedAt: string;
  /** Whether the new primary was seen to accept a write after it had been made writable. */
  readonly probed: boolean;
  /** Whether the rollback was given up: the migration is finished. */
  readonly isFinal: boolean;
}

const existsRow = z.object({ found: z.number() });
const flag = z.coerce.number().transform((value) => value === 1);
const uuidRow = z.object({ uuid: z.string() });
const entryRow = z.object({
  number: z.coerce.number(),
  primaryUuid: z.string(),
  previousUuid: z.string(),
  finalGtidSet: z.string(),
  eventScheduler: z.string(),
  committedAt: z.string(),
  probed: flag,
  isFinal: flag,
});

/**
 * The journal replicates like any data, so it is made on the primary while the other server follows. Nothing is done,
 * and no GTID used, when it is there already.
 */
export async function createJournal(primary: MysqlServer): Promise<void> {
  for (const step of await journalStatements(primary)) await primary.run(step);
}

/** What makes the journal, for a batch; nothing where it is there already. */
export async function journalStatements(server: MysqlServer): Promise<Statement[]> {
  if (await hasJournal(server)) return [];
  return [
    statement(`CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(ADMIN_SCHEMA)}`),
    statement(
      `CREATE TABLE IF NOT EXISTS ${JOURNAL} (number INT UNSIGNED NOT NULL PRIMARY KEY,
      primary_uuid CHAR(36) CHARACTER SET ascii NOT NULL, previous_uuid CHAR(36) CHARACTER SET ascii NOT NULL,
      final_gtid_set LONGTEXT CHARACTER SET ascii NOT NULL, event_scheduler VARCHAR(8) CHARACTER SET ascii NOT NULL,
      committed_at DATETIME(6) NOT NULL, probed_at DATETIME(6) NULL, finalized_at DATETIME(6) NULL) ENGINE = InnoDB`,
    ),
  ];
}

async function hasJournal(server: MysqlServer): Promise<boolean> {
  const { found } = await server.queryOne(
    "SELECT COUNT(*) AS found FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_NAME = 'switchover'",
    [ADMIN_SCHEMA],
    existsRow,
  );
  return found === 1;
}

/** The newest entry that this server has; undefined when the primary role never moved, as far as it knows. */
export async function readLastEntry(server: MysqlServer): Promise<JournalEntry | undefined> {
  if (!(await hasJournal(server))) return undefined;
  const rows = await server.query(
    `SELECT number, primary_uuid AS primaryUuid, previous_uuid AS previousUuid, final_gtid_set AS finalGtidSet,
      event_scheduler AS eventScheduler, CAST(committed_at AS CHAR) AS committedAt,
      probed_at IS NOT NULL AS probed, finalized_at IS NOT NULL AS isFinal FROM ${JOURNAL} ORDER BY number DESC LIMIT 1`,
    [],
    entryRow,
  );
  return rows[0];
}

/** server_uuid of every server that is or was the primary, as far as this server knows. */
export async function readPrimaryUuids(server: MysqlServer): Promise<string[]> {
  if (!(await hasJournal(server))) return [];
  const rows = await server.query(
    `SELECT primary_uuid AS uuid FROM ${JOURNAL} UNION SELECT previous_uuid FROM ${JOURNAL}`,
    [],
    uuidRow,
  );
  return rows.map(({ uuid }) => uuid);
}

type NewEntry = Pick<JournalEntry, "number" | "primaryUuid" | "previousUuid" | "finalGtidSet" | "eventScheduler">;

/** The first transaction of a new primary: from then on the switchover is completed and never undone. */
export function insertEntry(entry: NewEntry): Statement {
  return statement(
    `INSERT INTO ${JOURNAL} (number, primary_uuid, previous_uuid, final_gtid_set, event_scheduler, committed_at) VALUES (?, ?, ?, ?, ?, UTC_TIMESTAMP(6))`,
    entry.number,
    entry.primaryUuid,
    entry.previousUuid,
    entry.finalGtidSet,
    entry.eventScheduler,
  );
}

/** The same for a server that says itself, where the statement runs, who it is and what it has. */
export function insertOwnEntry(entry: Omit<NewEntry, "primaryUuid" | "finalGtidSet">): Statement {
  return statement(
    `INSERT INTO ${JOURNAL} (number, primary_uuid, previous_uuid, final_gtid_set, event_scheduler, committed_at) VALUES (?, @@server_uuid, ?, REPLACE(@@GLOBAL.gtid_executed, '\\n', ''), ?, UTC_TIMESTAMP(6))`,
    entry.number,
    entry.previousUuid,
    entry.eventScheduler,
  );
}

/** A write that needs the primary to accept writes. */
export function probeEntry(number: number): Statement {
  return statement(`UPDATE ${JOURNAL} SET probed_at = UTC_TIMESTAMP(6) WHERE number = ?`, number);
}

/** Gives up the rollback. */
export function finalizeEntry(number: number): Statement {
  return statement(`UPDATE ${JOURNAL} SET finalized_at = UTC_TIMESTAMP(6) WHERE number = ?`, number);
}

/** For a journal that came with the data of a migration that is over. */
export function dropJournalStatement(): Statement {
  return statement(`DROP TABLE IF EXISTS ${JOURNAL}`);
}
