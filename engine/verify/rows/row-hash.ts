import { quoteIdentifier } from "../mysql/index.js";
import type { Column } from "../tables/index.js";

/** Makes the whole text binary, so that nothing is converted: one table may have texts of several character sets. */
const SEPARATOR = "CAST('#' AS BINARY)";
/** Up to 64 KiB and more each: only their hashes go into the row's text, which has to stay below max_allowed_packet. */
const LARGE = new Set(["tinytext", "text", "mediumtext", "longtext", "tinyblob", "blob", "mediumblob", "longblob"]);
const SHORT_TEXTS = new Set(["char", "varchar", "binary", "varbinary"]);
const NUMBERED = new Set(["enum", "set", "bit"]);
const OPAQUE = new Set(["geometry", "geomcollection", "vector"]);

/**
 * SQL of one row's hash, 28 bytes: SHA-224 of every stored value. Two rows have the same text if and only if all their
 * values are the same, bit for bit: texts carry their lengths where there are several, and NULLs are marked. SHA2 because
 * MD5, SHA1 and the like are no longer built in (measured on 9.7.4); with the processor's own SHA instructions it costs no
 * more than CRC32, and unlike that it lets no two changes cancel out.
 */
export function rowHash(columns: readonly Column[]): string {
  const texts = columns.filter(({ type }) => SHORT_TEXTS.has(type));
  const lengths = texts.length < 2 ? [] : texts.map(({ name }) => `LENGTH(${quoteIdentifier(name)})`);
  const nulls = columns.filter(({ nullable }) => nullable).map(({ name }) => `ISNULL(${quoteIdentifier(name)})`);
  return `UNHEX(SHA2(CONCAT_WS(${[SEPARATOR, ...columns.map(valueText), ...lengths, ...nulls].join(", ")}), 224))`;
}

function valueText({ name, type }: Column): string {
  const column = quoteIdentifier(name);
  if (type === "json") return `SHA2(CAST(${column} AS CHAR), 224)`;
  if (LARGE.has(type)) return `SHA2(${column}, 224)`;
  if (OPAQUE.has(type) || isGeometry(type)) return `SHA2(HEX(${column}), 224)`;
  if (NUMBERED.has(type)) return `CAST(${column} AS UNSIGNED)`;
  // As text a FLOAT has 6 digits, and a DOUBLE costs a third of the whole row; a point has its bits.
  if (type === "float" || type === "double") return `POINT(${column}, 0)`;
  return column;
}

function isGeometry(type: string): boolean {
  return ["point", "linestring", "polygon"].some((shape) => type.endsWith(shape));
}
