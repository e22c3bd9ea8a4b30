import { type Column, inRow } from "../../tables/index.js";

/** Makes the whole text binary, so that nothing is converted: one table may have texts of several character sets. */
const SEPARATOR = "CAST('#' AS BINARY)";

/** How one stored value becomes text that is the same for equal values and for no others. */
type Encoding = "text" | "hashed" | "bytes" | "number" | "floating" | "printed" | "json";

/**
 * Every type that a column can have (`DATA_TYPE` of information_schema.COLUMNS, in lower case).
 * - printed: as the server prints it; no such text has a `#`.
 * - number: its number, which an ENUM or SET stores.
 * - floating: the bits of a DOUBLE, by a point's coordinate: as text a FLOAT has 6 digits, and a DOUBLE costs a third
 *   of the whole row.
 * - text: its bytes, with their length where a row has several.
 * - hashed, bytes: up to 64 KiB and more each; only their hash goes into the row's text, which has to stay below
 *   max_allowed_packet.
 * - json: text and types, since `1`, `1.5` or `"2024-02-01"` may each be stored as values of several types.
 */
export const ENCODINGS: Readonly<Record<string, Encoding>> = {
  tinyint: "printed",
  smallint: "printed",
  mediumint: "printed",
  int: "printed",
  bigint: "printed",
  decimal: "printed",
  year: "printed",
  date: "printed",
  time: "printed",
  datetime: "printed",
  timestamp: "printed",
  float: "floating",
  double: "floating",
  bit: "number",
  enum: "number",
  set: "number",
  char: "text",
  varchar: "text",
  binary: "text",
  varbinary: "text",
  tinytext: "hashed",
  text: "hashed",
  mediumtext: "hashed",
  longtext: "hashed",
  tinyblob: "hashed",
  blob: "hashed",
  mediumblob: "hashed",
  longblob: "hashed",
  json: "json",
  vector: "bytes",
  geometry: "bytes",
  point: "bytes",
  linestring: "bytes",
  polygon: "bytes",
  multipoint: "bytes",
  multilinestring: "bytes",
  multipolygon: "bytes",
  geomcollection: "bytes",
};

/**
 * SQL of one row's hash, 28 bytes: SHA-224 of every stored value. Two rows have the same text if and only if all their
 * values are the same, bit for bit: texts carry their lengths where there are several, and NULLs are marked. SHA2 because
 * MD5, SHA1 and the like are no longer built in (measured on 9.7.4); with the processor's own SHA instructions it costs no
 * more than CRC32, and unlike that it lets no two changes cancel out. Throws on a type that it does not know.
 */
export function rowHash(columns: readonly Column[]): string {
  const texts = columns.filter(({ type }) => encodingOf(type) === "text");
  const lengths = texts.length < 2 ? [] : texts.map(({ name }) => `LENGTH(${inRow(name)})`);
  const nulls = columns.filter(({ nullable }) => nullable).map(({ name }) => `ISNULL(${inRow(name)})`);
  return `UNHEX(SHA2(CONCAT_WS(${[SEPARATOR, ...columns.map(valueText), ...lengths, ...nulls].join(", ")}), 224))`;
}

function encodingOf(type: string): Encoding {
  const encoding = ENCODINGS[type];
  if (encoding === undefined)
    throw new Error(`columns of type ${type} cannot be compared by this version of gtid-ferry`);
  return encoding;
}

function valueText({ name, type }: Column): string {
  const column = inRow(name);
  switch (encodingOf(type)) {
    case "printed":
    case "text":
      return column;
    case "hashed":
      return `SHA2(${column}, 224)`;
    case "bytes":
      return `SHA2(CAST(${column} AS BINARY), 224)`;
    case "number":
      return `CAST(${column} AS UNSIGNED)`;
    case "floating":
      return `POINT(${column}, 0)`;
    case "json":
      return `SHA2(CONCAT_WS('#', JSON_TYPE(${column}), (${jsonTypes(column)}), CAST(${column} AS CHAR)), 224)`;
  }
}

/**
 * The types of everything in a document, in its own order. MySQL has no function that gives a document's stored bytes.
 * Two paths, because `$**` needs a last leg. COALESCE, because a document without parts gives no row.
 */
function jsonTypes(document: string): string {
  return (
    "SELECT COALESCE(GROUP_CONCAT(CONCAT_WS('', JSON_TYPE(parts.member), JSON_TYPE(parts.element))), '') " +
    `FROM JSON_TABLE(${document}, '$' COLUMNS (NESTED PATH '$**.*' COLUMNS (member JSON PATH '$'), ` +
    "NESTED PATH '$**[*]' COLUMNS (element JSON PATH '$'))) AS parts"
  );
}
