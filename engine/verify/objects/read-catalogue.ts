import { z } from "zod";
import { errnoOf, type MysqlServer, quoteIdentifier } from "../../mysql/index.js";
import { quoteTable, SYSTEM_SCHEMAS } from "../../tables/index.js";
import { fingerprint, readAccounts } from "./accounts.js";
import type { Attributes, Catalogue, DefinedObject } from "./catalogue.js";
import { OBJECT_KINDS, type ObjectKind } from "./kinds.js";
import { ACCOUNT_KINDS, type ObjectName, objectKey } from "./object-name.js";
import { readTimeZones, TIME_ZONE } from "./time-zones.js";

const columnRow = z.object({ from: z.string(), name: z.string() });
const objectRow = z.record(z.string(), z.string().nullable());

/** Columns of the server's tables of objects, by their table. */
export type KnownColumns = ReadonlyMap<string, ReadonlySet<string>>;

/** What this release can tell of objects. */
export async function readKnownColumns(server: MysqlServer): Promise<KnownColumns> {
  const rows = await server.query(
    `SELECT CONCAT(TABLE_SCHEMA, '.', TABLE_NAME) AS \`from\`, COLUMN_NAME AS name FROM information_schema.COLUMNS
      WHERE TABLE_SCHEMA IN ('information_schema', 'mysql')`,
    [],
    columnRow,
  );
  const columns = new Map<string, Set<string>>();
  for (const { from, name } of rows) columns.set(from, (columns.get(from) ?? new Set()).add(name));
  return columns;
}

/** What both releases can tell. */
export function commonColumns(one: KnownColumns, other: KnownColumns): KnownColumns {
  return new Map(
    [...one].map(([from, columns]) => [from, new Set([...columns].filter((name) => other.get(from)?.has(name)))]),
  );
}

/** What is read together: a look at the objects of one group is a look at all of them. */
const GROUPS = ["schemas", "server", "accounts", "time zones"] as const;
export type ObjectGroup = (typeof GROUPS)[number];
export const ALL_GROUPS: ReadonlySet<ObjectGroup> = new Set(GROUPS);

export function groupOf({ kind }: ObjectName): ObjectGroup {
  if (ACCOUNT_KINDS.includes(kind)) return "accounts";
  if (kind === TIME_ZONE) return "time zones";
  const found = OBJECT_KINDS.find((one) => one.kind === kind);
  return found !== undefined && found.schema === undefined ? "server" : "schemas";
}

/** Everything beside rows that a server has, as far as `columns` tell, but what is in `hidden` schemas. */
export async function readCatalogue(
  server: MysqlServer,
  columns: KnownColumns,
  hidden: readonly string[],
  groups: ReadonlySet<ObjectGroup>,
): Promise<Catalogue> {
  const catalogue = new Map<string, DefinedObject>();
  for (const kind of OBJECT_KINDS.filter((one) => groups.has(groupOf({ kind: one.kind, parts: [] })))) {
    for (const object of await readKind(server, kind, columns, [...SYSTEM_SCHEMAS, ...hidden])) {
      const key = objectKey(object);
      const before = catalogue.get(key)?.attributes ?? {};
      catalogue.set(key, { ...object, attributes: { ...before, ...object.attributes } });
    }
  }
  for (const object of await readStatements(server, catalogue)) catalogue.set(objectKey(object), object);
  return new Map([
    ...catalogue,
    ...(groups.has("time zones") ? await readTimeZones(server) : []),
    ...(groups.has("accounts") ? await readAccounts(server) : []),
  ]);
}

/** One object a row; several rows of one object differ in their position, which is in their attributes' names. */
async function readKind(
  server: MysqlServer,
  kind: ObjectKind,
  known: KnownColumns,
  hidden: readonly string[],
): Promise<DefinedObject[]> {
  const columns = selectedColumns(kind, known);
  if (columns.length === 0) return [];
  const conditions = [
    ...(kind.where === undefined ? [] : [kind.where]),
    ...(kind.schema === undefined ? [] : [`${kind.schema} NOT IN (?)`]),
  ];
  const rows = await server.query(
    `SELECT ${columns.map((column) => selected(kind, column)).join(", ")} FROM ${tableOf(kind)}${conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`}`,
    kind.schema === undefined ? [] : [hidden],
    objectRow,
  );
  return rows.map((row) => objectIn(kind, row));
}

/** Names and compared columns, those of later releases included; none where a release has no such table. */
function selectedColumns({ from, notCompared, name, position }: ObjectKind, known: KnownColumns): string[] {
  const needed = new Set([...name, ...(position === undefined ? [] : [position])]);
  return [...(known.get(from) ?? [])].filter((column) => needed.has(column) || notCompared[column] === undefined);
}

function selected({ computed }: ObjectKind, column: string): string {
  const expression = computed?.[column] ?? quoteIdentifier(column);
  return `CAST(${expression} AS CHAR) AS ${quoteIdentifier(column)}`;
}

function tableOf({ from }: ObjectKind): string {
  const [schema = "", table = ""] = from.split(".");
  return quoteTable({ schema, table });
}

function objectIn(kind: ObjectKind, row: Readonly<Record<string, string | null>>): DefinedObject {
  const parts = kind.name.map((column) => row[column]).filter((part) => part !== null && part !== undefined);
  const prefix = kind.position === undefined ? "" : `${row[kind.position]}.`;
  const attributes: Record<string, string> = {};
  for (const [column, value] of Object.entries(row)) {
    if (value === null || kind.name.includes(column) || column === kind.position) continue;
    attributes[`${prefix}${column}`] =
      kind.secret?.includes(column) === true ? fingerprint(value) : normalized(column, value);
  }
  return { kind: kind.kind, parts, attributes };
}

/** Columns that name a character set or collation, alone. */
const CHARACTER_SET_COLUMN = /(CHARACTER_SET|COLLATION|COLLATE)/;

/** The older name of a character set is the newer one's. */
function normalized(column: string, value: string): string {
  return CHARACTER_SET_COLUMN.test(column) ? value.replace(/^utf8(?=_|$)/, "utf8mb3") : value;
}

const GONE = new Set([1049, 1051, 1146]);
const textRow = z.record(z.string(), z.string().nullable());

/** What no table of the server tells: a view's algorithm, a fulltext index's parser, options of engines other than InnoDB. */
async function readStatements(server: MysqlServer, catalogue: Catalogue): Promise<DefinedObject[]> {
  const found: DefinedObject[] = [];
  const fulltext = new Set(
    [...catalogue.values()]
      .filter(({ kind, attributes }) => kind === "index" && attributes["1.INDEX_TYPE"] === "FULLTEXT")
      .map(({ parts }) => objectKey({ kind: "table", parts: parts.slice(0, 2) })),
  );
  for (const object of catalogue.values()) {
    if (object.kind === "view") {
      const text = await showCreate(server, "VIEW", object);
      const algorithm = /^CREATE ALGORITHM=(\w+) /.exec(text ?? "")?.[1];
      if (algorithm !== undefined)
        found.push({ ...object, attributes: { ...object.attributes, ALGORITHM: algorithm } });
    }
    if (object.kind === "table" && (fulltext.has(objectKey(object)) || object.attributes.ENGINE !== "InnoDB")) {
      const text = await showCreate(server, "TABLE", object);
      if (text !== undefined)
        found.push({ kind: "statement of table", parts: object.parts, attributes: statementOf(text) });
    }
  }
  return found;
}

async function showCreate(
  server: MysqlServer,
  what: "VIEW" | "TABLE",
  { parts: [schema = "", table = ""] }: DefinedObject,
): Promise<string | undefined> {
  try {
    const [row] = await server.query(`SHOW CREATE ${what} ${quoteTable({ schema, table })}`, [], textRow);
    return row?.[what === "VIEW" ? "Create View" : "Create Table"] ?? undefined;
  } catch (error) {
    if (GONE.has(errnoOf(error) ?? 0)) return undefined;
    throw error;
  }
}

function statementOf(text: string): Attributes {
  // The option stands behind the last bracket; a comment's text is quoted behind it.
  return { STATEMENT: text.replace(/(\n\) ENGINE=\w+) AUTO_INCREMENT=\d+/, "$1") };
}
