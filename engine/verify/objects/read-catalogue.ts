import { z } from "zod";
import { type MysqlServer, quoteIdentifier } from "../../mysql/index.js";
import { quoteTable, SYSTEM_SCHEMAS } from "../../tables/index.js";
import { fingerprint, readAccounts } from "./accounts.js";
import type { Catalogue, DefinedObject } from "./catalogue.js";
import { OBJECT_KINDS, type ObjectKind } from "./kinds.js";
import { ACCOUNT_KINDS, type ObjectName, objectKey, STATEMENT_OF_TABLE } from "./object-name.js";
import { readAlgorithms, readTableStatements } from "./statements.js";
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
const GROUPS = ["schemas", "statements", "server", "accounts", "time zones"] as const;
export type ObjectGroup = (typeof GROUPS)[number];
export const ALL_GROUPS: ReadonlySet<ObjectGroup> = new Set(GROUPS);

export function groupOf({ kind }: ObjectName): ObjectGroup {
  if (ACCOUNT_KINDS.includes(kind)) return "accounts";
  if (kind === TIME_ZONE) return "time zones";
  if (kind === STATEMENT_OF_TABLE) return "statements";
  const found = OBJECT_KINDS.find((one) => one.kind === kind);
  return found !== undefined && found.schema === undefined ? "server" : "schemas";
}

export interface CatalogueRequest {
  /** What both servers can tell. */
  readonly columns: KnownColumns;
  /** Schemas that are left out, beside the system's. */
  readonly hidden: readonly string[];
  readonly groups: ReadonlySet<ObjectGroup>;
  /** Whether both servers write the same statement for the same table. */
  readonly isSameRelease: boolean;
}

/** Everything beside rows that a server has. */
export async function readCatalogue(
  server: MysqlServer,
  { columns, hidden, groups, isSameRelease }: CatalogueRequest,
): Promise<Catalogue> {
  const catalogue = new Map<string, DefinedObject>();
  // Which tables there are is one of the schemas' group.
  const read = new Set([...groups, ...(groups.has("statements") ? (["schemas"] as const) : [])]);
  for (const kind of OBJECT_KINDS.filter((one) => read.has(groupOf({ kind: one.kind, parts: [] })))) {
    for (const object of await readKind(server, kind, columns, [...SYSTEM_SCHEMAS, ...hidden])) {
      const key = objectKey(object);
      const before = catalogue.get(key)?.attributes ?? {};
      catalogue.set(key, { ...object, attributes: { ...before, ...object.attributes } });
    }
  }
  const statements = groups.has("statements") ? await readTableStatements(server, catalogue, isSameRelease) : [];
  for (const object of [...(await readAlgorithms(server, catalogue)), ...statements])
    catalogue.set(objectKey(object), object);
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
