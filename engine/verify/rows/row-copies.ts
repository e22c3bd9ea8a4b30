import { z } from "zod";
import { type MysqlServer, quoteIdentifier } from "../mysql/index.js";
import type { TableShape } from "../tables/index.js";
import { type Digest, quotedName } from "./digest.js";
import { rowHash } from "./row-hash.js";

/** How many copies of a row a table without a key has, by the row's hash. */
export type RowCopies = ReadonlyMap<string, number>;

const bucketRow = z.object({ bucket: z.coerce.number(), rows: z.coerce.number(), hash: z.string() });
const copiesRow = z.object({ hash: z.string(), copies: z.coerce.number() });

/**
 * The whole table as digests by buckets of its rows' hashes. Equal rows would cancel out in a XOR, so each different row
 * counts once, together with its number.
 */
export async function readCopyBuckets(
  server: MysqlServer,
  table: TableShape,
  buckets: number,
): Promise<Map<number, Digest>> {
  const rows = await server.query(
    `SELECT ${BUCKET} % ${buckets} AS bucket, SUM(copies) AS \`rows\`, HEX(BIT_XOR(UNHEX(SHA2(CONCAT_WS(':', HEX(hash), copies), 224)))) AS hash
       FROM (${counted(table)}) counted GROUP BY bucket`,
    [],
    bucketRow,
  );
  return new Map(rows.map(({ bucket, ...digest }) => [bucket, digest]));
}

/** Every different row of some buckets. */
export function readBucketCopies(
  server: MysqlServer,
  table: TableShape,
  buckets: number,
  wanted: readonly number[],
): Promise<RowCopies> {
  return readCopies(server, table, `${BUCKET} % ${buckets} IN (${wanted.join(", ")})`);
}

/** The rows with these hashes; those that are not there are not given. */
export function readCopiesOf(server: MysqlServer, table: TableShape, hashes: readonly string[]): Promise<RowCopies> {
  return readCopies(server, table, `hash IN (${hashes.map((hash) => `X'${hash}'`).join(", ")})`);
}

async function readCopies(server: MysqlServer, table: TableShape, condition: string): Promise<RowCopies> {
  const rows = await server.query(
    `SELECT HEX(hash) AS hash, copies FROM (${counted(table)}) counted WHERE ${condition}`,
    [],
    copiesRow,
  );
  return new Map(rows.map(({ hash, copies }) => [hash, copies]));
}

const BUCKET = `CRC32(${quoteIdentifier("hash")})`;

function counted(table: TableShape): string {
  return `SELECT hash, COUNT(*) AS copies FROM (SELECT ${rowHash(table.columns)} AS hash FROM ${quotedName(table)}) hashed GROUP BY hash`;
}
