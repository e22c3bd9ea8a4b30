import { z } from "zod";
import type { MysqlServer } from "../mysql/index.js";
import { SYSTEM_SCHEMAS } from "./system-schemas.js";

export interface TableName {
  readonly schema: string;
  readonly table: string;
}

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

/** A unique index without NULLs, prefixes and expressions; `PRIMARY` first. */
export interface UniqueKey {
  readonly name: string;
  readonly columns: readonly Column[];
}

export interface TableShape extends TableName {
  /** In order, invisible ones too; virtual generated ones are left out, because they are nowhere stored. */
  readonly columns: readonly Column[];
  readonly keys: readonly UniqueKey[];
  /** Estimates of the server. */
  readonly rows: number;
  readonly bytes: number;
}

const tableRow = z.object({
  schema: z.string(),
  table: z.string(),
  rows: z.coerce.number(),
  bytes: z.coerce.number(),
});
const columnRow = z.object({
  schema: z.string(),
  table: z.string(),
  name: z.string(),
  type: z.string(),
  nullable: z.string().transform((value) => value === "YES"),
  isGenerated: z.coerce.number().transform((value) => value === 1),
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

/** Every base table outside the system's schemas and `excluded`, by schema and name. */
export async function readTableShapes(server: MysqlServer, excluded: readonly string[]): Promise<TableShape[]> {
  const hidden = [...SYSTEM_SCHEMAS, ...excluded];
  const tables = await server.query(
    `SELECT TABLE_SCHEMA AS \`schema\`, TABLE_NAME AS \`table\`, COALESCE(TABLE_ROWS, 0) AS \`rows\`,
            COALESCE(DATA_LENGTH, 0) AS bytes
       FROM information_schema.TABLES WHERE TABLE_TYPE = 'BASE TABLE' AND TABLE_SCHEMA NOT IN (?) ORDER BY 1, 2`,
    [hidden],
    tableRow,
  );
  const columns = groupBy(
    await server.query(
      `SELECT TABLE_SCHEMA AS \`schema\`, TABLE_NAME AS \`table\`, COLUMN_NAME AS name, LOWER(DATA_TYPE) AS type,
              IS_NULLABLE AS nullable, EXTRA LIKE '%STORED GENERATED%' AS isGenerated,
              CHARACTER_SET_NAME AS characterSet, COLLATION_NAME AS collation
         FROM information_schema.COLUMNS WHERE TABLE_SCHEMA NOT IN (?) AND EXTRA NOT LIKE '%VIRTUAL GENERATED%'
        ORDER BY 1, 2, ORDINAL_POSITION`,
      [hidden],
      columnRow,
    ),
    tableId,
  );
  const keys = groupBy(
    await server.query(
      `SELECT TABLE_SCHEMA AS \`schema\`, TABLE_NAME AS \`table\`, INDEX_NAME AS name, COLUMN_NAME AS \`column\`,
              SUB_PART AS prefix, NULLABLE AS nullable
         FROM information_schema.STATISTICS WHERE TABLE_SCHEMA NOT IN (?) AND NON_UNIQUE = 0 AND IS_VISIBLE = 'YES'
        ORDER BY 1, 2, INDEX_NAME <> 'PRIMARY', INDEX_NAME, SEQ_IN_INDEX`,
      [hidden],
      keyRow,
    ),
    tableId,
  );
  return tables.map((table) => {
    const own = columns.get(tableId(table)) ?? [];
    return { ...table, columns: own, keys: usableKeys(keys.get(tableId(table)) ?? [], own) };
  });
}

/** How messages name a table. */
export function tableId({ schema, table }: TableName): string {
  return `${schema}.${table}`;
}

function usableKeys(rows: readonly z.infer<typeof keyRow>[], columns: readonly Column[]): UniqueKey[] {
  return [...groupBy(rows, ({ name }) => name)].flatMap(([name, parts]) => {
    const own = parts.map((part) => {
      const isWhole = part.prefix === null && part.nullable !== "YES";
      return isWhole ? columns.find((column) => column.name === part.column) : undefined;
    });
    return own.every((column) => column !== undefined) ? [{ name, columns: own }] : [];
  });
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
