import { z } from "zod";
import type { MysqlServer } from "../../mysql/index.js";
import { fromRows, type TableShape } from "../../tables/index.js";
import { queryWhole } from "./query-whole.js";
import { rowHash } from "./row-hash.js";

/** How many copies of a row a table without a key has. */
export interface RowCopies {
  readonly hash: string;
  readonly copies: number;
}

export interface BucketCopies extends RowCopies {
  readonly bucket: number;
}

/** Rows of one bucket of a table that may have the same row several times: equal sums are equal rows. */
export interface CopiesDigest {
  readonly rows: number;
  readonly sums: string;
}

const bucketRow = z.object({ bucket: z.coerce.number(), rows: z.coerce.number(), sums: z.string() });
const copiesRow = z.object({ hash: z.string(), copies: z.coerce.number() });
const bucketCopiesRow = copiesRow.extend({ bucket: z.coerce.number() });

/** JSON_TABLE refuses the columns of a table that is being grouped (error 1210). */
const NO_MERGE = "/*+ NO_MERGE(hashed) */";
/** Places in a hash, in hexadecimal, of the numbers that are added up. */
const PARTS = [0, 16, 32];
const PART_DIGITS = 16;

/**
 * The whole table in one pass as digests by buckets of its rows' hashes, with no more than a row a bucket in temporary
 * tables. Equal rows would cancel out in a XOR, so 192 bits of each hash are added up, in three numbers.
 */
export async function readCopyBuckets(
  server: MysqlServer,
  table: TableShape,
  buckets: number,
): Promise<Map<number, CopiesDigest>> {
  const sum = (first: number) =>
    `SUM(CAST(CONV(SUBSTR(HEX(hashed.hash), ${first + 1}, ${PART_DIGITS}), 16, 10) AS UNSIGNED))`;
  const bucket = bucketOf(buckets);
  const rows = await queryWhole(
    server,
    `SELECT ${NO_MERGE} ${bucket} AS bucket, COUNT(*) AS \`rows\`, CONCAT_WS(',', ${PARTS.map(sum).join(", ")}) AS sums FROM (${hashes(table)}) AS hashed GROUP BY ${bucket}`,
    bucketRow,
  );
  return new Map(rows.map(({ bucket: number, ...digest }) => [number, digest]));
}

/** The buckets in which two servers differ. */
export function differingCopies(
  one: ReadonlyMap<number, CopiesDigest>,
  other: ReadonlyMap<number, CopiesDigest>,
): number[] {
  return [...new Set([...one.keys(), ...other.keys()])].filter((bucket) => {
    const [before, after] = [one.get(bucket), other.get(bucket)];
    return before?.sums !== after?.sums || before?.rows !== after?.rows;
  });
}

/** Every different row of some buckets. */
export function readBucketCopies(
  server: MysqlServer,
  table: TableShape,
  buckets: number,
  wanted: readonly number[],
): Promise<BucketCopies[]> {
  const bucket = bucketOf(buckets);
  return queryWhole(
    server,
    `SELECT ${NO_MERGE} HEX(hashed.hash) AS hash, COUNT(*) AS copies, ${bucket} AS bucket FROM (${hashes(table)}) AS hashed WHERE ${bucket} IN (${wanted.join(", ")}) GROUP BY hashed.hash`,
    bucketCopiesRow,
  );
}

/** What `readCopyBuckets` gives for these rows. */
export function digestCopies(rows: readonly BucketCopies[]): Map<number, CopiesDigest> {
  const sums = new Map<number, { rows: number; parts: readonly bigint[] }>();
  for (const { bucket, hash, copies } of rows) {
    const before = sums.get(bucket) ?? { rows: 0, parts: PARTS.map(() => 0n) };
    const parts = PARTS.map((first, index) => {
      const part = BigInt(`0x${hash.slice(first, first + PART_DIGITS)}`);
      return (before.parts[index] ?? 0n) + part * BigInt(copies);
    });
    sums.set(bucket, { rows: before.rows + copies, parts });
  }
  return new Map([...sums].map(([bucket, { rows: count, parts }]) => [bucket, { rows: count, sums: parts.join(",") }]));
}

/** The rows with these hashes; those that are not there are not given. */
export function readCopiesOf(server: MysqlServer, table: TableShape, wanted: readonly string[]): Promise<RowCopies[]> {
  return queryWhole(
    server,
    `SELECT ${NO_MERGE} HEX(hashed.hash) AS hash, COUNT(*) AS copies FROM (${hashes(table)}) AS hashed WHERE hashed.hash IN (${wanted.map((hash) => `X'${hash}'`).join(", ")}) GROUP BY hashed.hash`,
    copiesRow,
  );
}

/** A derived table: no column of the user's is visible outside of it. */
function hashes(table: TableShape): string {
  return `SELECT ${rowHash(table.columns)} AS hash FROM ${fromRows(table)}`;
}

function bucketOf(buckets: number): string {
  return `CRC32(hashed.hash) % ${buckets}`;
}
