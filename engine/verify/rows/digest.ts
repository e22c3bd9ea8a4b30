import { z } from "zod";
import type { MysqlServer } from "../../mysql/index.js";
import {
  fromRows,
  type KeyRange,
  type KeyValue,
  keySelect,
  keysCondition,
  keyText,
  keyValue,
  orderBy,
  rangeCondition,
  type TableShape,
  type UniqueKey,
} from "../../tables/index.js";
import { queryWhole } from "./query-whole.js";
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

export interface BucketRow extends HashedRow {
  readonly bucket: number;
}

const digestRow = z.object({ rows: z.coerce.number(), hash: z.string() });
const bucketRow = digestRow.extend({ bucket: z.coerce.number() });
const keyedRow = z.record(z.string(), z.string());

/** Rows of one range as one digest; one pass over the key's index. */
export async function readDigest(server: MysqlServer, table: KeyedTable, range: KeyRange): Promise<Digest> {
  return onlyOne(
    await queryWhole(
      server,
      `SELECT COUNT(*) AS \`rows\`, HEX(BIT_XOR(${rowHash(table.columns)})) AS hash FROM ${from(table)} WHERE ${rangeCondition(table.key, range)}`,
      digestRow,
    ),
  );
}

/** The first `limit` rows by the key as one digest, however many there are. */
export async function readFirstDigest(server: MysqlServer, table: KeyedTable, limit: number): Promise<Digest> {
  return onlyOne(
    await queryWhole(
      server,
      `SELECT COUNT(*) AS \`rows\`, HEX(BIT_XOR(first_rows.hash)) AS hash FROM (SELECT ${rowHash(table.columns)} AS hash FROM ${from(table)} ORDER BY ${orderBy(table.key)} LIMIT ${limit}) AS first_rows`,
      digestRow,
    ),
  );
}

/** The same as `readDigest`, by a hash of the key, so that what differs can be found without listing every row. */
export async function readBuckets(
  server: MysqlServer,
  table: KeyedTable,
  range: KeyRange,
  buckets: number,
): Promise<Map<number, Digest>> {
  const rows = await queryWhole(
    server,
    // Not in one query block: JSON_TABLE refuses the columns of a table that is being grouped (error 1210).
    `SELECT /*+ NO_MERGE(hashed) */ hashed.bucket, COUNT(*) AS \`rows\`, HEX(BIT_XOR(hashed.hash)) AS hash FROM (SELECT ${bucketOf(table.key, buckets)} AS bucket, ${rowHash(table.columns)} AS hash FROM ${from(table)} WHERE ${rangeCondition(table.key, range)}) AS hashed GROUP BY hashed.bucket`,
    bucketRow,
  );
  return new Map(rows.map(({ bucket: number, ...digest }) => [number, digest]));
}

/** The buckets in which two servers differ. */
export function differingBuckets(one: ReadonlyMap<number, Digest>, other: ReadonlyMap<number, Digest>): number[] {
  return [...new Set([...one.keys(), ...other.keys()])].filter((bucket) => {
    const [before, after] = [one.get(bucket), other.get(bucket)];
    return before?.hash !== after?.hash || before?.rows !== after?.rows;
  });
}

/** The rows of some buckets of a range, one by one. */
export async function readBucketRows(
  server: MysqlServer,
  table: KeyedTable,
  range: KeyRange,
  buckets: number,
  wanted: readonly number[],
): Promise<BucketRow[]> {
  const bucket = bucketOf(table.key, buckets);
  const rows = await queryWhole(
    server,
    `SELECT ${keySelect(table.key)}, HEX(${rowHash(table.columns)}) AS hash, CAST(${bucket} AS CHAR) AS bucket FROM ${from(table)} WHERE ${rangeCondition(table.key, range)} AND ${bucket} IN (${wanted.join(", ")})`,
    keyedRow,
  );
  return rows.map((row) => ({ ...hashedRow(table, row), bucket: Number(row.bucket) }));
}

/** What `readBuckets` gives for these rows. */
export function digestBuckets(rows: readonly BucketRow[]): Map<number, Digest> {
  const digests = new Map<number, Digest>();
  for (const { bucket, hash } of rows) {
    const before = digests.get(bucket);
    digests.set(
      bucket,
      before === undefined ? { rows: 1, hash } : { rows: before.rows + 1, hash: xor(before.hash, hash) },
    );
  }
  return digests;
}

/** Those of the rows with these keys that exist; `locking` keeps everybody from changing or adding them. */
export async function readRowsByKey(
  server: MysqlServer,
  table: KeyedTable,
  keys: readonly KeyValue[],
  locking: "" | "FOR SHARE" = "",
): Promise<HashedRow[]> {
  const rows = await queryWhole(
    server,
    `SELECT ${keySelect(table.key)}, HEX(${rowHash(table.columns)}) AS hash FROM ${from(table)} WHERE ${keysCondition(table.key, keys)} ${locking}`,
    keyedRow,
  );
  return rows.map((row) => hashedRow(table, row));
}

function hashedRow(table: KeyedTable, row: Readonly<Record<string, string>>): HashedRow {
  if (row.hash === undefined) throw new Error("a row without its hash");
  return { key: keyValue(table.key, row), hash: row.hash };
}

function from(table: KeyedTable): string {
  return fromRows(table, table.key.name);
}

function bucketOf(key: UniqueKey, buckets: number): string {
  return `CRC32(${keyText(key)}) % ${buckets}`;
}

function xor(one: string, other: string): string {
  const [a, b] = [Buffer.from(one, "hex"), Buffer.from(other, "hex")];
  for (const [index, byte] of b.entries()) a[index] = (a[index] ?? 0) ^ byte;
  return a.toString("hex").toUpperCase();
}

function onlyOne(rows: readonly Digest[]): Digest {
  const [only] = rows;
  if (only === undefined) throw new Error("an aggregate without a row");
  return only;
}
