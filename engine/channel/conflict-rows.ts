import { z } from "zod";
import type { Cell } from "../binlog/index.js";
import { type MysqlServer, quoteIdentifier } from "../mysql/index.js";
import type { ConflictColumn, ConflictTable } from "./conflict-table.js";
import { tableName } from "./conflict-values.js";

const LONGEST_VALUE = 80;
/** The look must not wait long for a server in trouble. */
const LOOK_MILLISECONDS = 5_000;
const BYTES = new Set(["binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"]);
const OPAQUE = new Set([
  ...["bit", "vector", "geometry", "geomcollection"],
  ...["point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon"],
]);

const valuesRow = z.record(z.string(), z.string().nullable());

/** Values for people, the same text if and only if they are the same: a long one is cut, with its length and hash. */
export type ConflictRow = readonly Cell[];

/** The row that a condition on a unique key finds; undefined is none. */
export async function readConflictRow(
  server: MysqlServer,
  table: ConflictTable,
  condition: string,
): Promise<ConflictRow | undefined> {
  const list = table.columns.map((column, index) => `${shown(column)} AS c${index}`).join(", ");
  const [row] = await server.query(
    `SELECT /*+ MAX_EXECUTION_TIME(${LOOK_MILLISECONDS}) */ ${list} FROM ${tableName(table)} WHERE ${condition} LIMIT 1`,
    [],
    valuesRow,
  );
  if (row === undefined) return undefined;
  return table.columns.map(({ name }, index) => ({ column: name, value: row[`c${index}`] ?? null }));
}

function shown({ name, type }: ConflictColumn): string {
  const column = quoteIdentifier(name);
  if (BYTES.has(type)) return cut(column, LONGEST_VALUE / 2, "LENGTH", (value) => `CONCAT('0x', LOWER(HEX(${value})))`);
  const text = OPAQUE.has(type)
    ? `CONCAT('0x', LOWER(HEX(${column})))`
    : `CAST(${type === "float" ? `(${column} * 1e0)` : column} AS CHAR)`;
  return cut(text, LONGEST_VALUE, "CHAR_LENGTH", (value) => value);
}

function cut(value: string, longest: number, length: string, show: (value: string) => string): string {
  const rest = `'... (length ', ${length}(${value}), ', SHA-256 ', LEFT(SHA2(${value}, 256), 16), ')'`;
  const shortened = `CONCAT(${show(`LEFT(${value}, ${longest})`)}, ${rest})`;
  return `IF(${length}(${value}) > ${longest}, ${shortened}, ${show(value)})`;
}

export function isSameRow(one: ConflictRow, other: ConflictRow): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
