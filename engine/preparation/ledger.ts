import { z } from "zod";
import {
  type Account,
  ADMIN_SCHEMA,
  type MysqlServer,
  quoteIdentifier,
  type Statement,
  statement,
  withoutBinlog,
} from "../mysql/index.js";

const LEDGER = `${quoteIdentifier(ADMIN_SCHEMA)}.${quoteIdentifier("source_ledger")}`;

/** Settings that switchovers persist, so that a restarted server comes up in its role. */
export const ROLE_SETTING_NAMES = ["read_only", "super_read_only", "event_scheduler"] as const;

/** Dynamic settings that preparation and switchovers change. */
export const SETTING_NAMES = [
  "enforce_gtid_consistency",
  "gtid_mode",
  "binlog_expire_logs_seconds",
  "expire_logs_days",
  ...ROLE_SETTING_NAMES,
] as const;
export type SettingName = (typeof SETTING_NAMES)[number];

/** A setting as it was before the first change; `persisted` is its value in mysqld-auto.cnf, null when not there. */
export interface OriginalSetting {
  readonly name: SettingName;
  readonly value: string;
  readonly persisted: string | null;
}

export interface Ledger {
  readonly settings: readonly OriginalSetting[];
  /** Accounts that preparation created. */
  readonly accounts: readonly Account[];
}

const existsRow = z.object({ found: z.number() });
const ledgerRow = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("setting"),
    name: z.enum(SETTING_NAMES),
    value: z.string(),
    persisted: z.string().nullable(),
  }),
  z.object({ kind: z.literal("account"), name: z.string(), value: z.string() }),
]);

/**
 * What preparation changed is kept in the source itself, written before each change: so any later run, from any
 * machine and after any crash, knows what to give back.
 */
export async function readLedger(source: MysqlServer): Promise<Ledger> {
  const { found } = await source.queryOne(
    "SELECT COUNT(*) AS found FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_NAME = 'source_ledger'",
    [ADMIN_SCHEMA],
    existsRow,
  );
  if (found === 0) return { settings: [], accounts: [] };
  const rows = await source.query(`SELECT kind, name, value, persisted FROM ${LEDGER}`, [], ledgerRow);
  return {
    settings: rows.flatMap((row) => (row.kind === "setting" ? [row] : [])),
    accounts: rows.flatMap((row) => (row.kind === "account" ? [{ user: row.name, host: row.value }] : [])),
  };
}

export async function createLedger(source: MysqlServer): Promise<void> {
  await withoutBinlog(source, async () => {
    await source.execute(`CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(ADMIN_SCHEMA)}`);
    await source.execute(
      `CREATE TABLE IF NOT EXISTS ${LEDGER} (kind VARCHAR(16) NOT NULL, name VARCHAR(64) NOT NULL,
        value VARCHAR(255) NOT NULL, persisted VARCHAR(255) NULL, PRIMARY KEY (kind, name, value)) ENGINE = InnoDB`,
    );
  });
}

/** Keeps the first value written: a second run sees settings that the first one changed. */
export async function recordSetting(source: MysqlServer, setting: OriginalSetting): Promise<void> {
  await withoutBinlog(source, () =>
    source.execute(
      `INSERT INTO ${LEDGER} SELECT 'setting', ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM ${LEDGER} AS known WHERE known.kind = 'setting' AND known.name = ?)`,
      [setting.name, setting.value, setting.persisted, setting.name],
    ),
  );
}

export async function recordAccount(source: MysqlServer, account: Account): Promise<void> {
  await withoutBinlog(source, () =>
    source.execute(`INSERT IGNORE INTO ${LEDGER} VALUES ('account', ?, ?, NULL)`, [account.user, account.host]),
  );
}

/** With it goes the journal of switchovers. */
export async function dropLedger(source: MysqlServer): Promise<void> {
  await withoutBinlog(source, () => source.execute(`DROP SCHEMA IF EXISTS ${quoteIdentifier(ADMIN_SCHEMA)}`));
}

/** A copy of the ledger came to the target with the source's data; it says nothing of the target itself. */
export function dropLedgerCopyStatement(): Statement {
  return statement(`DROP TABLE IF EXISTS ${LEDGER}`);
}
