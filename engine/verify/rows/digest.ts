import { z } from "zod";
import { type MysqlServer, quoteIdentifier } from "../mysql/index.js";
import type { TableName, TableShape, UniqueKey } from "../tables/index.js";
import {
  type KeyRange,
  type KeyValue,
  keySelect,
  keysCondition,
  keyText,
  orderBy,
  rangeCondition,
} from "../tables/index.js";
import { rowHash } from "./row-hash.js";

/** A table that is cut into ranges by a key. */
export interface KeyedTable extends TableShape {
  readonly key: UniqueKey;
}

/** Two sets of rows are the same if both their digests' parts are. */
export interface Digest {
  readonly rows: number;
  /** Hexadecimal XOR of all row hashes. */
  readonly hash: string;
}

export interface HashedRow {
  readonly key: KeyValue;
  readonly hash: string;
}

const digestRow = z.object({ rows: z.coerce.number(), hash: z.string() });
const bucketRow = digestRow.extend({ bucket: z.coerce.number() });
const keyedRow = z.record(z.string(), z.string());

/** Rows of one range as one digest; one pass over the key's index. */
export function readDigest(server: MysqlServer, table: KeyedTable, range: KeyRange): Promise<Digest> {
  return server.queryOne(
    `SELECT COUNT(*) AS \`rows\`, HEX(BIT_XOR(${rowHash(table.columns)})) AS hash FROM ${from(table)} WHERE ${rangeCondition(table.key, range)}`,
    [],
    digestRow,
  );
}

/** The same, by a hash of the key, so that what differs can be found without listing every row. */
export async function readBuckets(
  server: MysqlServer,
  table: KeyedTable,
  range: KeyRange,
  buckets: number,
): Promise<Map<number, Digest>> {
  const rows = await server.query(
    `SELECT ${bucketOf(table.key, buckets)} AS bucket, COUNT(*) AS \`rows\`, HEX(BIT_XOR(${rowHash(table.columns)})) AS hash FROM ${from(table)} WHERE ${rangeCondition(table.key, range)} GROUP BY bucket`,
    [],
    bucketRow,
  );
  return new Map(rows.map(({ bucket, ...digest }) => [bucket, digest]));
}

/** The buckets in which two servers differ. */
export function differingBuckets(one: ReadonlyMap<number, Digest>, other: ReadonlyMap<number, Digest>): number[] {
  return [...new Set([...one.keys(), ...other.keys()])].filter((bucket) => {
    const [before, after] = [one.get(bucket), other.get(bucket)];
    return before?.hash !== after?.hash || before?.rows !== after?.rows;
  });
}

/** The rows of some buckets of a range, one by one. */
export function readBucketRows(
  server: MysqlServer,
  table: KeyedTable,
  range: KeyRange,
  buckets: number,
  wanted: readonly number[],
): Promise<HashedRow[]> {
  const condition = `${rangeCondition(table.key, range)} AND ${bucketOf(table.key, buckets)} IN (${wanted.join(", ")})`;
  return readRows(server, table, condition);
}

/** Those of the rows with these keys that exist; `locking` keeps everybody from changing or adding them. */
export function readRowsByKey(
  server: MysqlServer,
  table: KeyedTable,
  keys: readonly KeyValue[],
  locking: "" | "FOR SHARE" = "",
): Promise<HashedRow[]> {
  return readRows(server, table, keysCondition(table.key, keys), locking);
}

/** Where the range of the next `rows` rows ends; undefined when fewer are left. */
export async function readBoundary(
  server: MysqlServer,
  table: KeyedTable,
  after: KeyValue | undefined,
  rows: number,
): Promise<KeyValue | undefined> {
  const { key } = table;
  const [boundary] = await server.query(
    `SELECT ${keySelect(key)} FROM ${from(table)} WHERE ${rangeCondition(key, { after })} ORDER BY ${orderBy(key)} LIMIT 1 OFFSET ${rows - 1}`,
    [],
    keyedRow,
  );
  return boundary === undefined ? undefined : keyOf(table, boundary);
}

export function quotedName({ schema, table }: TableName): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(table)}`;
}

async function readRows(
  server: MysqlServer,
  table: KeyedTable,
  condition: string,
  locking: "" | "FOR SHARE" = "",
): Promise<HashedRow[]> {
  const rows = await server.query(
    `SELECT ${keySelect(table.key)}, HEX(${rowHash(table.columns)}) AS hash FROM ${from(table)} WHERE ${condition} ${locking}`,
    [],
    keyedRow,
  );
  return rows.map((row) => ({ key: keyOf(table, row), hash: row.hash ?? "" }));
}

function keyOf(table: KeyedTable, row: Readonly<Record<string, string>>): KeyValue {
  return table.key.columns.map((_column, index) => row[`k${index}`] ?? "");
}

function from(table: KeyedTable): string {
  return `${quotedName(table)} FORCE INDEX (${quoteIdentifier(table.key.name)})`;
}

function bucketOf(key: UniqueKey, buckets: number): string {
  return `CRC32(${keyText(key)}) % ${buckets}`;
}
