import { z } from "zod";
import { type MysqlServer, type TableName, tableKey } from "../mysql/index.js";
import { SYSTEM_SCHEMAS } from "./system-schemas.js";

export interface Column {
  readonly name: string;
  /** Lower case and without length, e.g. `varchar`. */
  readonly type: string;
  readonly nullable: boolean;
  /** Whether MySQL computes and stores it. */
  readonly isGenerated: boolean;
  /** Null for what is no text. */
  readonly characterSet: string | null;
  readonly collation: string | null;
}

export interface StoredColumn extends Column {
  /** The whole type, e.g. `enum('a','b')`: an ENUM's rows hold numbers, which mean what its list says. */
  readonly definition: string;
}

/** A unique index without NULLs, prefixes and expressions, whose values compare in the index's order; `PRIMARY` first. */
export interface UniqueKey {
  readonly name: string;
  readonly columns: readonly Column[];
}

export interface TableShape extends TableName {
  /** In order, invisible ones too; virtual generated ones are left out, because they are nowhere stored. */
  readonly columns: readonly StoredColumn[];
  readonly keys: readonly UniqueKey[];
  /** Estimates of the server. */
  readonly rows: number;
  readonly bytes: number;
  /** When this server made it; another time is another table of the same name, or one that was rebuilt or emptied. */
  readonly createdAt: string;
}

const tableRow = z.object({
  schema: z.string(),
  table: z.string(),
  rows: z.coerce.number(),
  bytes: z.coerce.number(),
  createdAt: z.string().nullable(),
});
const columnRow = z.object({
  schema: z.string(),
  table: z.string(),
  name: z.string(),
  type: z.string(),
  definition: z.string(),
  nullable: z.string().transform((value) => value === "YES"),
  extra: z.string(),
  characterSet: z.string().nullable(),
  collation: z.string().nullable(),
});
const keyRow = z.object({
  schema: z.string(),
  table: z.string(),
  name: z.string(),
  column: z.string().nullable(),
  prefix: z.coerce.string().nullable(),
  nullable: z.string(),
});

/**
 * Every base table outside the system's schemas and `excluded`, by schema and name; only one table where `only` says so.
 * Three looks one after the other: what is changed between them may have a shape that it never had.
 */
export async function readTableShapes(
  server: MysqlServer,
  excluded: readonly string[],
  only?: TableName,
): Promise<TableShape[]> {
  const hidden = [...SYSTEM_SCHEMAS, ...excluded];
  const where =
    only === undefined ? "TABLE_SCHEMA NOT IN (?)" : "TABLE_SCHEMA NOT IN (?) AND TABLE_SCHEMA = ? AND TABLE_NAME = ?";
  const values = only === undefined ? [hidden] : [hidden, only.schema, only.table];
  const tables = await server.query(
    `SELECT TABLE_SCHEMA AS \`schema\`, TABLE_NAME AS \`table\`, COALESCE(TABLE_ROWS, 0) AS \`rows\`,
            COALESCE(DATA_LENGTH, 0) AS bytes, CREATE_TIME AS createdAt
       FROM information_schema.TABLES WHERE TABLE_TYPE = 'BASE TABLE' AND ${where} ORDER BY 1, 2`,
    values,
    tableRow,
  );
  const columns = groupBy(
    await server.query(
      `SELECT TABLE_SCHEMA AS \`schema\`, TABLE_NAME AS \`table\`, COLUMN_NAME AS name, LOWER(DATA_TYPE) AS type,
              COLUMN_TYPE AS definition, IS_NULLABLE AS nullable, EXTRA AS extra,
              CHARACTER_SET_NAME AS characterSet, COLLATION_NAME AS collation
         FROM information_schema.COLUMNS WHERE ${where} ORDER BY 1, 2, ORDINAL_POSITION`,
      values,
      columnRow,
    ),
    tableKey,
  );
  const keys = groupBy(
    await server.query(
      `SELECT TABLE_SCHEMA AS \`schema\`, TABLE_NAME AS \`table\`, INDEX_NAME AS name, COLUMN_NAME AS \`column\`,
              SUB_PART AS prefix, NULLABLE AS nullable
         FROM information_schema.STATISTICS WHERE ${where} AND NON_UNIQUE = 0 AND IS_VISIBLE = 'YES'
        ORDER BY 1, 2, INDEX_NAME <> 'PRIMARY', INDEX_NAME, SEQ_IN_INDEX`,
      values,
      keyRow,
    ),
    tableKey,
  );
  return tables.flatMap(({ createdAt, ...table }) => {
    const all = columns.get(tableKey(table));
    // Made or dropped between the three looks.
    if (all === undefined) return [];
    const own = all.flatMap(({ extra, schema: _schema, table: _table, ...column }) =>
      extra.includes("VIRTUAL GENERATED") ? [] : [{ ...column, isGenerated: extra.includes("STORED GENERATED") }],
    );
    const shape = { columns: own, keys: usableKeys(keys.get(tableKey(table)) ?? [], own) };
    return [{ ...table, ...shape, createdAt: createdAt ?? "" }];
  });
}

/** Whether rows of the two can be compared column by column. */
export function isSameShape(one: TableShape, other: TableShape): boolean {
  const essence = ({ columns, keys }: TableShape) => JSON.stringify({ columns, keys });
  return essence(one) === essence(other);
}

function usableKeys(rows: readonly z.infer<typeof keyRow>[], columns: readonly StoredColumn[]): UniqueKey[] {
  return [...groupBy(rows, ({ name }) => name)].flatMap(([name, parts]) => {
    const own = parts.map((part) => {
      const isWhole = part.prefix === null && part.nullable !== "YES";
      return isWhole ? columns.find((column) => column.name === part.column && !isFullSet(column)) : undefined;
    });
    return own.every((column) => column !== undefined) ? [{ name, columns: own }] : [];
  });
}

/**
 * A SET of 64 members: MySQL compares it with numbers as if its highest bit were a sign, and sorts it as if it were not. A
 * member's text has no comma.
 */
function isFullSet({ type, definition }: StoredColumn): boolean {
  return type === "set" && definition.split(",").length === 64;
}

function groupBy<Row>(rows: readonly Row[], nameOf: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(nameOf(row));
    if (group === undefined) groups.set(nameOf(row), [row]);
    else group.push(row);
  }
  return groups;
}
