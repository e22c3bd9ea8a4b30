import { quoteString } from "../mysql/index.js";
import { type ColumnStyle, inRow, plain } from "./row-alias.js";
import type { Column, UniqueKey } from "./table-shape.js";

/** A row's key as SELECT gave it by `keySelect`, one text per column. */
export type KeyValue = readonly string[];

/**
 * Rows after `after` up to and including `upTo`; undefined is without end. A bound may be a key's first columns only: it
 * then lies behind all rows that begin with them.
 */
export interface KeyRange {
  readonly after?: KeyValue | undefined;
  readonly upTo?: KeyValue | undefined;
}

type KeyKind = "number" | "text" | "bytes" | "temporal";

const NUMBERS = new Set(["tinyint", "smallint", "mediumint", "int", "bigint", "decimal", "year"]);
const NUMBERED = new Set(["enum", "set", "bit"]);
const TEMPORALS = new Set(["date", "time", "datetime", "timestamp"]);
const TEXTS = new Set(["char", "varchar", "tinytext", "text", "mediumtext", "longtext"]);
const BYTES = new Set(["binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"]);

/** The key by which a table can be cut into ranges; undefined when it has none, e.g. none but a FLOAT. */
export function chooseKey(keys: readonly UniqueKey[]): UniqueKey | undefined {
  return keys.find(({ columns }) => columns.every((column) => kindOf(column) !== undefined));
}

/** What a SELECT from `fromRows` has to list so that `keyValue` finds the key in its row. */
export function keySelect(key: UniqueKey, style: ColumnStyle = inRow): string {
  return key.columns.map((column, index) => `${textOf(column, style)} AS k${index}`).join(", ");
}

/** The key in a row that was selected by `keySelect`. */
export function keyValue(key: UniqueKey, row: Readonly<Record<string, string>>): KeyValue {
  return key.columns.map((_column, index) => {
    const text = row[`k${index}`];
    if (text === undefined) throw new Error(`a row without its key's column ${index}`);
    return text;
  });
}

/** The whole key as one text, for hashing. */
export function keyText(key: UniqueKey): string {
  return `CONCAT_WS(',', ${key.columns.map((column) => textOf(column, inRow)).join(", ")})`;
}

export function orderBy(key: UniqueKey, direction: "" | " DESC" = ""): string {
  return key.columns.map(({ name }) => `${inRow(name)}${direction}`).join(", ");
}

/** `TRUE` for the whole table. */
export function rangeCondition(key: UniqueKey, { after, upTo }: KeyRange): string {
  const conditions = [
    ...(after === undefined ? [] : [compare(key, after, ">", ">")]),
    ...(upTo === undefined ? [] : [compare(key, upTo, "<", "<=")]),
  ];
  return conditions.length === 0 ? "TRUE" : conditions.join(" AND ");
}

/** Not `(a, b) IN (...)`, which compares the numbers of an ENUM with its texts. */
export function keysCondition(key: UniqueKey, values: readonly KeyValue[], style: ColumnStyle = inRow): string {
  return `(${values.map((value) => `(${prefixCondition(key, value, style)})`).join(" OR ")})`;
}

/** Rows whose first key columns have these values; all of a table for none. */
export function prefixCondition(key: UniqueKey, prefix: KeyValue, style: ColumnStyle = inRow): string {
  if (prefix.length === 0) return "TRUE";
  return columnsOf(key, prefix)
    .map((column, index) => equals(column, prefix[index], style))
    .join(" AND ");
}

/** `(columns) VALUES (values)` of a row of which only the key matters. */
export function keyInsert(key: UniqueKey, value: KeyValue): string {
  const columns = key.columns.map(({ name }) => plain(name)).join(", ");
  return `(${columns}) VALUES (${key.columns.map((column, i) => literal(column, value[i] ?? "")).join(", ")})`;
}

/** How messages show a key, e.g. `(1, 'EUR')`. */
export function showKey(key: UniqueKey, value: KeyValue): string {
  const parts = columnsOf(key, value).map((column, index) => {
    const text = value[index] ?? "";
    switch (kindOf(column)) {
      case "text":
        return JSON.stringify(textFrom(text, column.characterSet));
      case "bytes":
        return `0x${text}`;
      case "temporal":
        return `'${text}'`;
      default:
        return text;
    }
  });
  return `(${parts.join(", ")})`;
}

/**
 * Compares a whole key column by column: MySQL finds no index range in `(a, b) > (1, 2)`. `last` is the operator for the
 * last column, where all others are equal.
 */
function compare(key: UniqueKey, value: KeyValue, operator: ">" | "<", last: ">" | "<="): string {
  const columns = columnsOf(key, value);
  const alternatives = columns.map((column, index) => {
    const equal = columns.slice(0, index).map((before, i) => equals(before, value[i], inRow));
    const sign = index === columns.length - 1 ? last : operator;
    return [...equal, `${inRow(column.name)} ${sign} ${literal(column, value[index] ?? "")}`].join(" AND ");
  });
  return alternatives.length === 1 ? alternatives.join("") : `(${alternatives.map((one) => `(${one})`).join(" OR ")})`;
}

function columnsOf(key: UniqueKey, value: KeyValue): readonly Column[] {
  if (value.length === 0 || value.length > key.columns.length) throw new Error(`${value.length} values of a key`);
  return key.columns.slice(0, value.length);
}

function equals(column: Column, value: string | undefined, style: ColumnStyle): string {
  return `${style(column.name)} = ${literal(column, value ?? "")}`;
}

function kindOf({ type }: Column): KeyKind | undefined {
  if (NUMBERS.has(type) || NUMBERED.has(type)) return "number";
  if (TEMPORALS.has(type)) return "temporal";
  if (TEXTS.has(type)) return "text";
  if (BYTES.has(type)) return "bytes";
  return undefined;
}

function textOf(column: Column, style: ColumnStyle): string {
  const name = style(column.name);
  if (NUMBERED.has(column.type)) return `CAST(CAST(${name} AS UNSIGNED) AS CHAR)`;
  return kindOf(column) === "number" || kindOf(column) === "temporal" ? `CAST(${name} AS CHAR)` : `HEX(${name})`;
}

/** A literal that compares as the column itself does: by its number, its collation or its bytes. */
function literal(column: Column, text: string): string {
  switch (kindOf(column)) {
    case "number":
      return requirePattern(text, /^-?\d+(\.\d+)?$/);
    case "temporal":
      return quoteString(text);
    case "text":
      return `_${column.characterSet} X'${requirePattern(text, /^[0-9A-F]*$/)}' COLLATE ${column.collation}`;
    case "bytes":
      return `X'${requirePattern(text, /^[0-9A-F]*$/)}'`;
    case undefined:
      throw new Error(`no key can be cut by ${column.name}`);
  }
}

function requirePattern(text: string, pattern: RegExp): string {
  if (!pattern.test(text)) throw new Error(`not a key's value: ${JSON.stringify(text)}`);
  return text;
}

/** Other character sets are shown byte by byte, as Latin-1: a name in one of them is rather told apart than read. */
function textFrom(hex: string, characterSet: string | null): string {
  return Buffer.from(hex, "hex").toString(
    characterSet?.startsWith("utf8") || characterSet === "ascii" ? "utf8" : "latin1",
  );
}
