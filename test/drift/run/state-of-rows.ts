import { createHash } from "node:crypto";
import { quoteIdentifier } from "@gtid-ferry/engine/mysql";
import { quoteTable } from "@gtid-ferry/engine/tables";
import type { KeyPlan, TablePlan } from "../model.js";
import { DOCUMENT_PATHS, type Reading } from "../types/index.js";
import { type Session, SqlError } from "./session.js";

export interface StoredRow {
  readonly tag: number;
  /** The same for the same values and for no others. */
  readonly content: string;
  /** What identifies it in each key that tells rows apart, as the comparison reports it. */
  readonly keys: Readonly<Record<string, readonly string[]>>;
}

/** Longest that is read as it is. */
const WHOLE = 2_000;

/** Every row of a table; undefined where it is not there, or has other columns. */
export async function readRows(session: Session, table: TablePlan): Promise<StoredRow[] | undefined> {
  const columns = [
    ...table.columns
      .filter(({ generated }) => generated !== "VIRTUAL")
      .map(({ name, type }) => ({ name, reading: type.reading })),
    ...(table.hasGeneratedKey ? [{ name: "my_row_id", reading: "printed" as const }] : []),
  ];
  const keys = table.keys.filter(({ tellsApart }) => tellsApart);
  const readings = new Map<string, Reading>(columns.map(({ name, reading }) => [name, reading]));
  const selected = [
    quoteIdentifier(table.tag),
    ...columns.map(({ name, reading }) => contentOf(quoteIdentifier(name), reading)),
    ...keys.flatMap(({ parts }) =>
      parts.map(({ column }) => identityOf(quoteIdentifier(column), readings.get(column))),
    ),
  ];
  try {
    const rows = await session.run(
      `SELECT ${selected.map((one, index) => `${one} AS c${index}`).join(", ")} FROM ${quoteTable(table)}`,
    );
    return rows.map((row) => {
      const [tag, ...values] = Object.values(row);
      const content = JSON.stringify(values.slice(0, columns.length));
      return {
        tag: Number(tag),
        content: createHash("sha256").update(content).digest("base64"),
        keys: keysOf(keys, values.slice(columns.length).map(String)),
      };
    });
  } catch (error) {
    if (error instanceof SqlError && (error.errno === 1054 || error.errno === 1146 || error.errno === 1049))
      return undefined;
    throw error;
  }
}

function keysOf(keys: readonly KeyPlan[], values: readonly string[]): Record<string, readonly string[]> {
  let start = 0;
  return Object.fromEntries(
    keys.map(({ name, parts }) => {
      start += parts.length;
      return [name, values.slice(start - parts.length, start)];
    }),
  );
}

function contentOf(column: string, reading: Reading): string {
  switch (reading) {
    case "printed":
      return `CAST(${column} AS CHAR)`;
    // A DOUBLE is printed with as many digits as it takes to read it again; the sign of a zero, too.
    case "floating":
      return `CAST(CAST(${column} AS DOUBLE) AS CHAR)`;
    case "numbered":
      return `CAST(${column} + 0 AS CHAR)`;
    case "bytes":
      return `IF(LENGTH(${column}) > ${WHOLE}, CONCAT(LENGTH(${column}), SHA2(CAST(${column} AS BINARY), 512)), HEX(${column}))`;
    case "document": {
      const at = (path: string) => `JSON_EXTRACT(${column}, '${path}')`;
      const parts = DOCUMENT_PATHS.flatMap((path) => [
        `JSON_TYPE(${at(path)})`,
        `IF(JSON_TYPE(${at(path)}) = 'DOUBLE', CAST(${at(path)} + 0e0 AS CHAR), NULL)`,
      ]);
      return `JSON_ARRAY(SHA2(CAST(${column} AS CHAR), 512), ${parts.join(", ")})`;
    }
  }
}

function identityOf(column: string, reading: Reading | undefined): string {
  if (reading === "bytes") return `HEX(${column})`;
  return reading === "numbered" ? `CAST(${column} + 0 AS CHAR)` : `CAST(${column} AS CHAR)`;
}
