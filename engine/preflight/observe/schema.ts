import { z } from "zod";
import { type MysqlServer, type ServerVersion, statementsFor, type TableName } from "../../mysql/index.js";
import type { Listing, Seen } from "../listing.js";
import type { BackupMethod, EventName, InstantTable, StrayTablespace, TableEngine } from "../observation.js";
import { listing, look, SELECT, TOTAL } from "./bounded.js";

const SYSTEM_SCHEMAS = ["mysql", "information_schema", "performance_schema", "sys"] as const;

/** INNODB_TABLES opens every table, about 0.2 ms each, and does not stop at a time limit. */
const INSTANT_LOOK_TABLES = 50_000;

const total = z.coerce.number();
const name = z.object({ total, schema: z.string(), table: z.string() });
const engineRow = name.extend({ engine: z.string().nullable() });
const instantRow = z.object({ total, name: z.string(), rowVersions: z.number(), instantColumns: z.number() });
const eventRow = z.object({ total, schema: z.string(), name: z.string() });
const textRow = z.object({ total, name: z.string() });
const tablespaceRow = z.object({ total, name: z.string(), path: z.string() });
const keyringRow = z.object({ name: z.string() });

export function observeOtherEngineTables(server: MysqlServer): Promise<Seen<Listing<TableEngine>>> {
  return listing(
    server,
    `${SELECT} ${TOTAL}, TABLE_SCHEMA AS \`schema\`, TABLE_NAME AS \`table\`, ENGINE AS engine
       FROM information_schema.TABLES
      WHERE TABLE_TYPE = 'BASE TABLE' AND TABLE_SCHEMA NOT IN (?) AND (ENGINE IS NULL OR ENGINE <> 'InnoDB')`,
    [SYSTEM_SCHEMAS],
    engineRow,
  );
}

export function observeTablesWithoutPrimaryKey(server: MysqlServer): Promise<Seen<Listing<TableName>>> {
  return listing(
    server,
    `${SELECT} ${TOTAL}, t.TABLE_SCHEMA AS \`schema\`, t.TABLE_NAME AS \`table\`
       FROM information_schema.TABLES t
       LEFT JOIN (SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLE_CONSTRAINTS
                   WHERE CONSTRAINT_TYPE = 'PRIMARY KEY') k
         ON k.TABLE_SCHEMA = t.TABLE_SCHEMA AND k.TABLE_NAME = t.TABLE_NAME
      WHERE t.TABLE_TYPE = 'BASE TABLE' AND t.TABLE_SCHEMA NOT IN (?) AND k.TABLE_NAME IS NULL`,
    [SYSTEM_SCHEMAS],
    name,
  );
}

/** Row versions are of 8.0.29; before, INSTANT only added columns. */
export function instantTablesQuery(version: ServerVersion): string {
  const rowVersions = statementsFor(version).hasRowVersions ? "TOTAL_ROW_VERSIONS" : "0";
  return `SELECT ${TOTAL}, NAME AS name, ${rowVersions} AS rowVersions, INSTANT_COLS AS instantColumns
       FROM information_schema.INNODB_TABLES
      WHERE (${rowVersions} > 0 OR INSTANT_COLS > 0) AND NAME NOT LIKE 'mysql/%' AND NAME NOT LIKE 'sys/%'`;
}

export async function observeInstantTables(
  server: MysqlServer,
  version: ServerVersion,
): Promise<Seen<Listing<InstantTable>>> {
  const tables = await look(() =>
    server.queryOne(`${SELECT} COUNT(*) AS total FROM information_schema.TABLES`, [], z.object({ total })),
  );
  if ("unseen" in tables) return tables;
  if (tables.value.total > INSTANT_LOOK_TABLES) {
    return { unseen: `${tables.value.total} tables are too many to look at each` };
  }
  const found = await listing(server, instantTablesQuery(version), [], instantRow);
  if ("unseen" in found) return found;
  const rows = found.value.rows.map((row) => {
    const [schema = "", table = ""] = row.name.split("/", 2);
    return { schema, table, rowVersions: row.rowVersions, instantColumns: row.instantColumns };
  });
  return { value: { rows, total: found.value.total } };
}

export async function observeEncryptedTablespaces(server: MysqlServer): Promise<Seen<Listing<string>>> {
  const found = await listing(
    server,
    `${SELECT} ${TOTAL}, NAME AS name FROM information_schema.INNODB_TABLESPACES WHERE ENCRYPTION = 'Y'`,
    [],
    textRow,
  );
  if ("unseen" in found) return found;
  return { value: { rows: found.value.rows.map((row) => row.name), total: found.value.total } };
}

export function observeStrayTablespaces(
  server: MysqlServer,
  method: BackupMethod,
): Promise<Seen<Listing<StrayTablespace>>> {
  const outside = method === "clone" ? "" : " AND LEFT(PATH, CHAR_LENGTH(@@datadir)) <> @@datadir";
  return listing(
    server,
    `${SELECT} ${TOTAL}, NAME AS name, PATH AS path FROM information_schema.INNODB_TABLESPACES_BRIEF
      WHERE PATH LIKE '/%.ibd'${outside}`,
    [],
    tablespaceRow,
  );
}

/** The name of an active keyring, be it a component or, up to 8.0, a plugin. */
export function observeActiveKeyring(server: MysqlServer): Promise<Seen<string | undefined>> {
  return look(async () => {
    const [active] = await server.query(
      `SELECT STATUS_VALUE AS name FROM performance_schema.keyring_component_status
         WHERE STATUS_KEY = 'Component_name'
           AND (SELECT COUNT(*) FROM performance_schema.keyring_component_status
                 WHERE STATUS_KEY = 'Component_status' AND STATUS_VALUE = 'Active') > 0
       UNION ALL
       SELECT PLUGIN_NAME FROM information_schema.PLUGINS
         WHERE PLUGIN_TYPE = 'KEYRING' AND PLUGIN_STATUS = 'ACTIVE' AND PLUGIN_NAME <> 'daemon_keyring_proxy_plugin'`,
      [],
      keyringRow,
    );
    return active?.name;
  });
}

export function observeEnabledEvents(server: MysqlServer): Promise<Seen<Listing<EventName>>> {
  return listing(
    server,
    `${SELECT} ${TOTAL}, EVENT_SCHEMA AS \`schema\`, EVENT_NAME AS name
       FROM information_schema.EVENTS WHERE STATUS = 'ENABLED'`,
    [],
    eventRow,
  );
}
