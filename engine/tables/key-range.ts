import { quoteIdentifier, quoteString } from "../mysql/index.js";
import type { Column, UniqueKey } from "./table-shape.js";

/** A row's key as SELECT gave it by `keySelect`, one text per column. */
export type KeyValue = readonly string[];

/** Rows after `after` up to and including `upTo`; undefined is without end. */
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

/** What a SELECT has to list so that its row is a KeyValue. */
export function keySelect(key: UniqueKey): string {
  return key.columns.map((column, index) => `${textOf(column)} AS k${index}`).join(", ");
}

/** The whole key as one text, for hashing. */
export function keyText(key: UniqueKey): string {
  return `CONCAT_WS(',', ${key.columns.map(textOf).join(", ")})`;
}

export function orderBy(key: UniqueKey): string {
  return key.columns.map(({ name }) => quoteIdentifier(name)).join(", ");
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
export function keysCondition(key: UniqueKey, values: readonly KeyValue[]): string {
  const rows = values.map((value) => `(${key.columns.map((column, i) => equals(column, value[i])).join(" AND ")})`);
  return `(${rows.join(" OR ")})`;
}

/** `(columns) VALUES (values)` of a row of which only the key matters. */
export function keyInsert(key: UniqueKey, value: KeyValue): string {
  const columns = key.columns.map(({ name }) => quoteIdentifier(name)).join(", ");
  return `(${columns}) VALUES (${key.columns.map((column, i) => literal(column, value[i] ?? "")).join(", ")})`;
}

/** How messages show a key, e.g. `(1, 'EUR')`. */
export function showKey(key: UniqueKey, value: KeyValue): string {
  const parts = key.columns.map((column, index) => {
    const text = value[index] ?? "";
    switch (kindOf(column)) {
      case "text":
        return JSON.stringify(Buffer.from(text, "hex").toString("utf8"));
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
  const alternatives = key.columns.map((column, index) => {
    const equal = key.columns.slice(0, index).map((before, i) => equals(before, value[i]));
    const sign = index === key.columns.length - 1 ? last : operator;
    return [...equal, `${quoteIdentifier(column.name)} ${sign} ${literal(column, value[index] ?? "")}`].join(" AND ");
  });
  return alternatives.length === 1 ? alternatives.join("") : `(${alternatives.map((one) => `(${one})`).join(" OR ")})`;
}

function equals(column: Column, value: string | undefined): string {
  return `${quoteIdentifier(column.name)} = ${literal(column, value ?? "")}`;
}

function kindOf({ type }: Column): KeyKind | undefined {
  if (NUMBERS.has(type) || NUMBERED.has(type)) return "number";
  if (TEMPORALS.has(type)) return "temporal";
  if (TEXTS.has(type)) return "text";
  if (BYTES.has(type)) return "bytes";
  return undefined;
}

function textOf(column: Column): string {
  const name = quoteIdentifier(column.name);
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
