import type { Cell } from "../binlog/index.js";
import { quoteIdentifier, quoteString } from "../mysql/index.js";
import type { ConflictColumn } from "./conflict-table.js";

const NUMBERS = new Set(["tinyint", "smallint", "mediumint", "int", "bigint", "decimal", "year"]);
const APPROXIMATE = new Set(["float", "double"]);
const TEXTS = new Set(["char", "varchar", "tinytext", "text", "mediumtext", "longtext"]);
const BYTES = new Set(["binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"]);
/** Printed by their numbers. */
const NUMBERED = new Set(["enum", "set"]);

const NUMBER = /^-?\d+(\.\d+)?$/;
/** Put at the end of a value that was cut. */
const CUT = / \.\.\.$/;

/** SQL that finds rows by these columns of an event's row; undefined when one of them is not known exactly. */
export function keyCondition(key: readonly ConflictColumn[], cells: readonly Cell[]): string | undefined {
  const parts = key.map((column) => {
    const literal = keyLiteral(column, cellValue(column, cells));
    return literal === undefined ? undefined : `${quoteIdentifier(column.name)} = ${literal}`;
  });
  return parts.every((part) => part !== undefined) ? parts.join(" AND ") : undefined;
}

/**
 * SQL that inserts an event's row, for the event to change or remove at once: what is not exact in it does not stay.
 * Undefined where a value cannot be written.
 */
export function insertStatement(
  table: { readonly schema: string; readonly table: string; readonly columns: readonly ConflictColumn[] },
  cells: readonly Cell[],
): string | undefined {
  const columns = table.columns.filter(({ isGenerated }) => !isGenerated);
  const values = columns.map((column) => {
    const value = cellValue(column, cells);
    return value === null ? "NULL" : (keyLiteral(column, value) ?? otherLiteral(column, value));
  });
  if (!values.every((value) => value !== undefined)) return undefined;
  const names = columns.map(({ name }) => quoteIdentifier(name)).join(", ");
  return `INSERT INTO ${tableName(table)} (${names}) VALUES (${values.join(", ")})`;
}

export function tableName({ schema, table }: { readonly schema: string; readonly table: string }): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(table)}`;
}

function cellValue({ name }: ConflictColumn, cells: readonly Cell[]): string | null | undefined {
  return cells.find(({ column }) => column === name)?.value;
}

/** Of a value as mysqlbinlog prints it; undefined where that does not tell it exactly. */
function keyLiteral(column: ConflictColumn, value: string | null | undefined): string | undefined {
  if (value === null || value === undefined || CUT.test(value)) return undefined;
  if (NUMBERS.has(column.type) || NUMBERED.has(column.type)) return NUMBER.test(value) ? value : undefined;
  if (BYTES.has(column.type)) return bytesLiteral(column, hexOf(value));
  if (TEXTS.has(column.type)) return `_${column.characterSet} X'${hexOf(value)}' COLLATE ${column.collation}`;
  switch (column.type) {
    case "date":
      // It is printed with colons.
      return quoteString(value.replaceAll(":", "-"));
    case "datetime":
    case "time":
      return quoteString(value);
    case "timestamp":
      return NUMBER.test(value) ? `FROM_UNIXTIME(${value})` : undefined;
    default:
      return undefined;
  }
}

/** A BINARY(n) comes without the zeros at its end. */
function bytesLiteral({ type, length }: ConflictColumn, hex: string): string {
  return type === "binary" ? `CAST(X'${hex}' AS BINARY(${length}))` : `X'${hex}'`;
}

function otherLiteral({ type }: ConflictColumn, value: string | undefined): string | undefined {
  if (value === undefined || CUT.test(value)) return undefined;
  if (APPROXIMATE.has(type)) return NUMBER.test(value) ? value : undefined;
  return type === "json" ? quoteString(value) : undefined;
}

/** Bytes that are no text are printed in hexadecimal; a text that only looks so stays what it is. */
function hexOf(value: string): string {
  const hex = /^0x((?:[0-9a-f]{2})+)$/.exec(value)?.[1];
  if (hex !== undefined) {
    const text = Buffer.from(hex, "hex").toString("utf8");
    if (text.includes("\0") || text.includes("\uFFFD")) return hex.toUpperCase();
  }
  return Buffer.from(value, "utf8").toString("hex").toUpperCase();
}
