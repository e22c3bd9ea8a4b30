import { z } from "zod";
import { ADMIN_SCHEMA, type MysqlServer, quoteIdentifier, withoutBinlog } from "../mysql/index.js";
import { type VerificationReport, verdictOf } from "./report.js";

const TABLE = `${quoteIdentifier(ADMIN_SCHEMA)}.${quoteIdentifier("verification")}`;

/** What the primary remembers of the last comparison of everything with one replica. */
export interface VerificationRecord {
  readonly verdict: "OK" | "DIFFERENT" | "UNDECIDED";
  /** UTC, `YYYY-MM-DD hh:mm:ss`. */
  readonly startedAt: string;
  readonly rows: number;
}

const existsRow = z.object({ found: z.number() });
const recordRow = z.object({
  verdict: z.enum(["OK", "DIFFERENT", "UNDECIDED"]),
  startedAt: z.string(),
  rows: z.coerce.number(),
});

/**
 * Remembers a comparison on the primary itself, without a trace in the binary log, where a migration has made the tool's
 * schema; elsewhere a comparison writes nothing at all.
 */
export async function recordVerification(primary: MysqlServer, report: VerificationReport): Promise<void> {
  if (report.scope !== "everything" || !report.isWhole || !(await has(primary, "SCHEMATA", "SCHEMA_NAME"))) return;
  await withoutBinlog(primary, async () => {
    await primary.execute(
      `CREATE TABLE IF NOT EXISTS ${TABLE} (primary_uuid CHAR(36) CHARACTER SET ascii NOT NULL,
        replica_uuid CHAR(36) CHARACTER SET ascii NOT NULL, verdict VARCHAR(16) CHARACTER SET ascii NOT NULL,
        started_at DATETIME(3) NOT NULL, ended_at DATETIME(3) NOT NULL, compared_rows BIGINT UNSIGNED NOT NULL,
        PRIMARY KEY (primary_uuid, replica_uuid)) ENGINE = InnoDB`,
    );
    await primary.execute(`REPLACE INTO ${TABLE} VALUES (?, ?, ?, ?, UTC_TIMESTAMP(3), ?)`, [
      report.primary.uuid,
      report.replica.uuid,
      verdictOf(report),
      report.startedAt.replace("T", " ").replace("Z", ""),
      report.rows,
    ]);
  });
}

/** The last comparison of everything from this primary to that replica; undefined where there was none. */
export async function readVerification(
  primary: MysqlServer,
  primaryUuid: string,
  replicaUuid: string,
): Promise<VerificationRecord | undefined> {
  if (!(await has(primary, "TABLES", "TABLE_SCHEMA", "TABLE_NAME = 'verification'"))) return undefined;
  const [record] = await primary.query(
    `SELECT verdict, LEFT(started_at, 19) AS startedAt, compared_rows AS \`rows\` FROM ${TABLE}
      WHERE primary_uuid = ? AND replica_uuid = ?`,
    [primaryUuid, replicaUuid],
    recordRow,
  );
  return record;
}

/** What a plan says of the last comparison in the direction that is about to be turned, or of there having been none. */
export function describeLastVerification(
  record: VerificationRecord | undefined,
  primary: string,
  replica: string,
): string {
  const how = "`ferry verify` compares them while both are in use";
  const pair = `${replica} with ${primary}`;
  if (record === undefined) return `data: ${pair}: never compared in this direction; ${how}`;
  const { verdict, startedAt, rows } = record;
  const last = `data: ${pair}: last compared at ${startedAt} UTC: ${verdict} (${rows.toLocaleString("en")} rows)`;
  return verdict === "OK" ? last : `${last}; compare again by \`ferry verify\``;
}

async function has(server: MysqlServer, view: "SCHEMATA" | "TABLES", schema: string, more = "TRUE"): Promise<boolean> {
  const { found } = await server.queryOne(
    `SELECT COUNT(*) AS found FROM information_schema.${view} WHERE ${schema} = ? AND ${more}`,
    [ADMIN_SCHEMA],
    existsRow,
  );
  return found > 0;
}
