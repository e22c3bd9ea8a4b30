import { nameKey, quoteAccount, quoteIdentifier } from "@gtid-ferry/engine/mysql";
import { quoteTable } from "@gtid-ferry/engine/tables";
import type { Row } from "../../../lab/mysqld/root-connection.js";
import { ownerKey } from "../owners.js";
import { type Session, SqlError } from "./session.js";

/** What a person would see of every object by SHOW, by its owner. */
export type Definitions = ReadonlyMap<string, string>;

export interface DefinitionsState {
  readonly definitions: Definitions;
  /** Owners of check constraints, by schema and name. */
  readonly checks: ReadonlyMap<string, string>;
}

const SYSTEM = ["mysql", "sys", "information_schema", "performance_schema"];

/** Reads definitions by SHOW statements wherever there are any: the comparison reads the server's tables of them. */
export async function readDefinitions(session: Session): Promise<DefinitionsState> {
  const definitions = new Map<string, string>();
  const checks = new Map<string, string>();
  for (const row of await session.run("SHOW DATABASES")) {
    const schema = String(Object.values(row)[0]);
    if (SYSTEM.includes(schema)) continue;
    const name = quoteIdentifier(schema);
    definitions.set(ownerKey("schema", schema), await shown(session, `SHOW CREATE DATABASE ${name}`));
    for (const table of await session.run(`SHOW FULL TABLES FROM ${name}`)) {
      const [own = "", type] = Object.values(table).map(String);
      const ref = quoteTable({ schema, table: own });
      if (type === "VIEW") {
        const texts = [
          await shown(session, `SHOW CREATE VIEW ${ref}`),
          await shown(session, `SHOW FULL COLUMNS FROM ${ref}`),
          // Of the columns that it selects.
          await shown(
            session,
            `SELECT * FROM information_schema.COLUMNS_EXTENSIONS WHERE TABLE_SCHEMA = ${sqlText(schema)} AND TABLE_NAME = ${sqlText(own)} ORDER BY COLUMN_NAME`,
          ),
        ];
        definitions.set(ownerKey("view", schema, own), texts.join("\n"));
        continue;
      }
      const text = (await shown(session, `SHOW CREATE TABLE ${ref}`)).replace(
        /(\\n\)(?: \/\*![^*]*\*\/)* ENGINE=\w+) AUTO_INCREMENT=\d+/,
        "$1",
      );
      definitions.set(ownerKey("table", schema, own), text);
      for (const check of checksIn(text)) checks.set(nameKey([schema, check]), ownerKey("table", schema, own));
    }
    await readTriggers(session, schema, definitions);
    for (const event of await session.run(`SHOW EVENTS FROM ${name}`)) {
      const own = String(event.Name);
      const text = await shown(session, `SHOW CREATE EVENT ${name}.${quoteIdentifier(own)}`);
      // Enabled on the primary is what is disabled on a replica until that is the primary.
      definitions.set(
        ownerKey("event", schema, own),
        text.replace(/(PRESERVE) DISABLE ON (REPLICA|SLAVE)/, "$1 ENABLE"),
      );
    }
    for (const kind of ["procedure", "function"] as const) {
      for (const { Name } of await session.run(`SHOW ${kind.toUpperCase()} STATUS WHERE Db = ${sqlText(schema)}`)) {
        const text = await shown(session, `SHOW CREATE ${kind.toUpperCase()} ${name}.${quoteIdentifier(String(Name))}`);
        definitions.set(ownerKey(kind, schema, String(Name)), text);
      }
    }
  }
  for (const row of await session.run("SELECT User AS user, Host AS host FROM mysql.user")) {
    const [user, host] = [String(row.user), String(row.host)];
    const name = quoteAccount({ user, host });
    const texts = [await shown(session, `SHOW CREATE USER ${name}`), await shown(session, `SHOW GRANTS FOR ${name}`)];
    definitions.set(ownerKey("account", user, host), texts.join("\n"));
  }
  await readServerObjects(session, definitions);
  return { definitions, checks };
}

/** With their order among those of the same table and moment, which SHOW tells by the order of its rows. */
async function readTriggers(session: Session, schema: string, definitions: Map<string, string>): Promise<void> {
  const order = new Map<string, number>();
  for (const { Trigger, Event, Table, Timing } of await session.run(`SHOW TRIGGERS FROM ${quoteIdentifier(schema)}`)) {
    const moment = JSON.stringify([Event, Table, Timing]);
    const place = (order.get(moment) ?? 0) + 1;
    order.set(moment, place);
    const name = String(Trigger);
    const text = await shown(session, `SHOW CREATE TRIGGER ${quoteIdentifier(schema)}.${quoteIdentifier(name)}`);
    definitions.set(ownerKey("trigger", schema, name), `${place} ${text}`);
  }
}

const SERVER_OBJECTS: Readonly<Record<string, string>> = {
  "server definition": "SELECT Server_name AS name, Host, Password FROM mysql.servers",
  "spatial reference system":
    "SELECT SRS_ID AS name, SRS_NAME FROM information_schema.ST_SPATIAL_REFERENCE_SYSTEMS WHERE SRS_ID > 900000",
  "resource group": "SELECT RESOURCE_GROUP_NAME AS name FROM information_schema.RESOURCE_GROUPS",
  tablespace: "SELECT NAME AS name FROM information_schema.INNODB_TABLESPACES WHERE SPACE_TYPE = 'General'",
  plugin: "SELECT name FROM mysql.plugin",
  component: "SELECT component_urn AS name FROM mysql.component",
  "cost of a server's operation": "SELECT cost_name AS name, cost_value FROM mysql.server_cost",
};

async function readServerObjects(session: Session, definitions: Map<string, string>): Promise<void> {
  for (const [kind, sql] of Object.entries(SERVER_OBJECTS)) {
    for (const row of await session.run(sql)) definitions.set(ownerKey(kind, String(row.name)), JSON.stringify(row));
  }
}

/** The whole answer but times; or the error's number, as for a view whose table is gone. */
async function shown(session: Session, sql: string): Promise<string> {
  try {
    const rows: Row[] = await session.run(sql);
    return JSON.stringify(rows.map(({ Created: _created, ...row }) => row));
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    return `error ${error.errno}`;
  }
}

function checksIn(text: string): string[] {
  return [...text.matchAll(/CONSTRAINT `((?:[^`]|``)+)` CHECK/g)].map(([, name = ""]) =>
    jsonText(name).replaceAll("``", "`"),
  );
}

/** What stands in a text that JSON has quoted. */
function jsonText(part: string): string {
  return String(JSON.parse(`"${part}"`));
}

function sqlText(text: string): string {
  return `_utf8mb4 X'${Buffer.from(text).toString("hex")}' COLLATE utf8mb4_bin`;
}
