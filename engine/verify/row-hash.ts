import { quoteIdentifier } from "../mysql/index.js";
import type { Column } from "../tables/index.js";

const SEPARATOR = "_binary'#'";
/** Up to 64 KiB and more each: only their hashes go into the row's text, which has to stay below max_allowed_packet. */
const LARGE = new Set(["tinytext", "text", "mediumtext", "longtext", "tinyblob", "blob", "mediumblob", "longblob"]);
const SHORT_TEXTS = new Set(["char", "varchar", "binary", "varbinary"]);
const NUMBERED = new Set(["enum", "set", "bit"]);
const OPAQUE = new Set(["geometry", "geomcollection", "vector"]);

/**
 * SQL of one row's hash, 28 bytes: SHA-224 of every stored value. Two rows have the same text if and only if all their
 * values are the same, bit for bit: texts carry their lengths, and NULLs are marked. The binary separator keeps MySQL
 * from converting character sets. SHA2 because MD5, SHA1 and the like are no longer built in (measured on 9.7.4); with
 * the processor's own SHA instructions it costs no more than CRC32, and unlike that it lets no two changes cancel out.
 */
export function rowHash(columns: readonly Column[]): string {
  const lengths = columns
    .filter(({ type }) => SHORT_TEXTS.has(type))
    .map(({ name }) => `LENGTH(${quoteIdentifier(name)})`);
  const nulls = columns.filter(({ nullable }) => nullable).map(({ name }) => `ISNULL(${quoteIdentifier(name)})`);
  const parts = [
    ...columns.map(valueText),
    ...(lengths.length === 0 ? [] : [`CONCAT_WS(',', ${lengths.join(", ")})`]),
    ...(nulls.length === 0 ? [] : [`CONCAT(${nulls.join(", ")})`]),
  ];
  return `UNHEX(SHA2(CONCAT_WS(${SEPARATOR}, ${parts.join(", ")}), 224))`;
}

function valueText({ name, type }: Column): string {
  const column = quoteIdentifier(name);
  if (type === "json") return `SHA2(CAST(${column} AS CHAR), 224)`;
  if (LARGE.has(type)) return `SHA2(${column}, 224)`;
  if (OPAQUE.has(type) || isGeometry(type)) return `SHA2(HEX(${column}), 224)`;
  if (NUMBERED.has(type)) return `CAST(${column} AS UNSIGNED)`;
  // As text a FLOAT has 6 digits; as a DOUBLE without fixed decimals it has all that tell it from others.
  if (type === "float" || type === "double") return `(${column} * 1e0)`;
  return column;
}

function isGeometry(type: string): boolean {
  return ["point", "linestring", "polygon"].some((shape) => type.endsWith(shape));
}
