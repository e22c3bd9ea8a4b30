import { createHash } from "node:crypto";
import { z } from "zod";
import { type MysqlServer, quoteAccount } from "../mysql/index.js";
import { SYSTEM_SCHEMAS } from "../tables/index.js";

/** Everything beside rows that makes a database, as text by a name such as `trigger shop.price_log`. */
export type Catalogue = ReadonlyMap<string, string>;

interface CatalogueQuery {
  readonly kind: string;
  /** Gives `name` and the columns that define the object; `?` is the list of hidden schemas. */
  readonly sql: string;
}

/** Made by mysqld itself; they differ between versions. */
const SYSTEM_ACCOUNTS = ["mysql.sys", "mysql.session", "mysql.infoschema"];

const QUERIES: readonly CatalogueQuery[] = [
  {
    kind: "schema",
    sql: `SELECT SCHEMA_NAME AS name, DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME, DEFAULT_ENCRYPTION
            FROM information_schema.SCHEMATA WHERE SCHEMA_NAME NOT IN (?)`,
  },
  {
    kind: "table",
    sql: `SELECT CONCAT(TABLE_SCHEMA, '.', TABLE_NAME) AS name, ENGINE, TABLE_COLLATION, ROW_FORMAT, CREATE_OPTIONS, TABLE_COMMENT
            FROM information_schema.TABLES WHERE TABLE_TYPE = 'BASE TABLE' AND TABLE_SCHEMA NOT IN (?)`,
  },
  {
    kind: "column",
    sql: `SELECT CONCAT(TABLE_SCHEMA, '.', TABLE_NAME, '.', COLUMN_NAME) AS name, ORDINAL_POSITION, COLUMN_TYPE, IS_NULLABLE, COLUMN_DEFAULT,
                 EXTRA, CHARACTER_SET_NAME, COLLATION_NAME, GENERATION_EXPRESSION, SRS_ID, COLUMN_COMMENT
            FROM information_schema.COLUMNS WHERE TABLE_SCHEMA NOT IN (?)`,
  },
  {
    kind: "index",
    sql: `SELECT CONCAT(TABLE_SCHEMA, '.', TABLE_NAME, '.', INDEX_NAME, '[', SEQ_IN_INDEX, ']') AS name, COLUMN_NAME, EXPRESSION, NON_UNIQUE,
                 SUB_PART, COLLATION, NULLABLE, INDEX_TYPE, IS_VISIBLE
            FROM information_schema.STATISTICS WHERE TABLE_SCHEMA NOT IN (?)`,
  },
  {
    kind: "foreign key",
    sql: `SELECT CONCAT(k.TABLE_SCHEMA, '.', k.TABLE_NAME, '.', k.CONSTRAINT_NAME, '[', k.ORDINAL_POSITION, ']') AS name, k.COLUMN_NAME,
                 k.REFERENCED_TABLE_SCHEMA, k.REFERENCED_TABLE_NAME, k.REFERENCED_COLUMN_NAME, r.UPDATE_RULE, r.DELETE_RULE
            FROM information_schema.KEY_COLUMN_USAGE k JOIN information_schema.REFERENTIAL_CONSTRAINTS r
              ON r.CONSTRAINT_SCHEMA = k.CONSTRAINT_SCHEMA AND r.CONSTRAINT_NAME = k.CONSTRAINT_NAME AND r.TABLE_NAME = k.TABLE_NAME
           WHERE k.REFERENCED_TABLE_NAME IS NOT NULL AND k.TABLE_SCHEMA NOT IN (?)`,
  },
  {
    kind: "check constraint",
    sql: `SELECT CONCAT(t.TABLE_SCHEMA, '.', t.TABLE_NAME, '.', c.CONSTRAINT_NAME) AS name, c.CHECK_CLAUSE, t.ENFORCED
            FROM information_schema.CHECK_CONSTRAINTS c JOIN information_schema.TABLE_CONSTRAINTS t
              ON t.CONSTRAINT_SCHEMA = c.CONSTRAINT_SCHEMA AND t.CONSTRAINT_NAME = c.CONSTRAINT_NAME AND t.CONSTRAINT_TYPE = 'CHECK'
           WHERE t.TABLE_SCHEMA NOT IN (?)`,
  },
  {
    kind: "partition",
    sql: `SELECT CONCAT(TABLE_SCHEMA, '.', TABLE_NAME, '.', PARTITION_NAME, COALESCE(CONCAT('.', SUBPARTITION_NAME), '')) AS name,
                 PARTITION_ORDINAL_POSITION, SUBPARTITION_ORDINAL_POSITION, PARTITION_METHOD, SUBPARTITION_METHOD,
                 PARTITION_EXPRESSION, SUBPARTITION_EXPRESSION, PARTITION_DESCRIPTION
            FROM information_schema.PARTITIONS WHERE PARTITION_NAME IS NOT NULL AND TABLE_SCHEMA NOT IN (?)`,
  },
  {
    kind: "view",
    sql: `SELECT CONCAT(TABLE_SCHEMA, '.', TABLE_NAME) AS name, VIEW_DEFINITION, CHECK_OPTION, DEFINER, SECURITY_TYPE,
                 CHARACTER_SET_CLIENT, COLLATION_CONNECTION FROM information_schema.VIEWS WHERE TABLE_SCHEMA NOT IN (?)`,
  },
  {
    kind: "trigger",
    sql: `SELECT CONCAT(TRIGGER_SCHEMA, '.', TRIGGER_NAME) AS name, EVENT_OBJECT_TABLE, EVENT_MANIPULATION, ACTION_TIMING, ACTION_ORDER,
                 ACTION_STATEMENT, DEFINER, SQL_MODE, CHARACTER_SET_CLIENT, COLLATION_CONNECTION, DATABASE_COLLATION
            FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA NOT IN (?)`,
  },
  {
    kind: "routine",
    sql: `SELECT CONCAT(LOWER(ROUTINE_TYPE), ' ', ROUTINE_SCHEMA, '.', ROUTINE_NAME) AS name, DTD_IDENTIFIER, ROUTINE_DEFINITION,
                 IS_DETERMINISTIC, SQL_DATA_ACCESS, SECURITY_TYPE, DEFINER, SQL_MODE, ROUTINE_COMMENT,
                 CHARACTER_SET_CLIENT, COLLATION_CONNECTION, DATABASE_COLLATION
            FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA NOT IN (?)`,
  },
  {
    kind: "parameter",
    sql: `SELECT CONCAT(LOWER(ROUTINE_TYPE), ' ', SPECIFIC_SCHEMA, '.', SPECIFIC_NAME, '[', ORDINAL_POSITION, ']') AS name, PARAMETER_MODE,
                 PARAMETER_NAME, DTD_IDENTIFIER, CHARACTER_SET_NAME, COLLATION_NAME
            FROM information_schema.PARAMETERS WHERE SPECIFIC_SCHEMA NOT IN (?)`,
  },
  {
    // An event that is enabled on the primary is there on a replica and rests until the replica is one.
    kind: "event",
    sql: `SELECT CONCAT(EVENT_SCHEMA, '.', EVENT_NAME) AS name, EVENT_DEFINITION, EVENT_TYPE, INTERVAL_VALUE, INTERVAL_FIELD, EXECUTE_AT, STARTS,
                 ENDS, ON_COMPLETION, DEFINER, SQL_MODE, TIME_ZONE, EVENT_COMMENT, STATUS = 'DISABLED' AS IS_DISABLED,
                 CHARACTER_SET_CLIENT, COLLATION_CONNECTION, DATABASE_COLLATION
            FROM information_schema.EVENTS WHERE EVENT_SCHEMA NOT IN (?)`,
  },
];

const definitionRow = z.looseObject({ name: z.string() });
const accountRow = z.object({ user: z.string(), host: z.string() });
const textRow = z.record(z.string(), z.string());

/** Reads everything that is not in `hidden` schemas. Passwords' hashes come hashed once more. */
export async function readCatalogue(server: MysqlServer, hidden: readonly string[]): Promise<Catalogue> {
  const catalogue = new Map<string, string>();
  for (const { kind, sql } of QUERIES) {
    for (const { name, ...definition } of await server.query(sql, [[...SYSTEM_SCHEMAS, ...hidden]], definitionRow)) {
      catalogue.set(`${kind} ${name}`, normalized(JSON.stringify(definition)));
    }
  }
  const accounts = await server.query(
    "SELECT User AS user, Host AS host FROM mysql.user WHERE User NOT IN (?)",
    [SYSTEM_ACCOUNTS],
    accountRow,
  );
  await server.execute("SET SESSION print_identified_with_as_hex = ON");
  for (const account of accounts) {
    const name = quoteAccount(account);
    const [created] = await server.query(`SHOW CREATE USER ${name}`, [], textRow);
    const grants = await server.query(`SHOW GRANTS FOR ${name}`, [], textRow);
    catalogue.set(`account ${name}`, fingerprint(Object.values(created ?? {})));
    catalogue.set(
      `grants of ${name}`,
      grants
        .flatMap((grant) => Object.values(grant))
        .sort()
        .join("; "),
    );
  }
  return catalogue;
}

/** The older name of a character set and the newer one. */
function normalized(definition: string): string {
  return definition.replaceAll(/\butf8mb3\b|\butf8\b(?!mb)/g, "utf8mb3").replaceAll(/\butf8_/g, "utf8mb3_");
}

function fingerprint(texts: readonly string[]): string {
  return createHash("sha256").update(texts.join("\n")).digest("hex").slice(0, 16);
}
