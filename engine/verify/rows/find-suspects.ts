import type { MysqlServer } from "../../mysql/index.js";
import { type KeyRange, type KeyValue, showKey } from "../../tables/index.js";
import { awaitPosition } from "../position.js";
import type { Lane } from "../sessions.js";
import {
  type BucketRow,
  differingBuckets,
  digestBuckets,
  type HashedRow,
  type KeyedTable,
  readBucketRows,
  readBuckets,
  readRowsByKey,
} from "./digest.js";
import { inSnapshot } from "./snapshot.js";

/** A row that looked different once. */
export interface Suspect {
  readonly key: KeyValue;
  /** What the primary had; undefined for no row. */
  readonly primaryHash: string | undefined;
}

export interface Suspects {
  readonly rows: readonly Suspect[];
  /** What contradicts itself within one snapshot, a line each: then nothing is known of this range. */
  readonly contradictions: readonly string[];
}

export const KEYS_PER_QUERY = 200;
const ROWS_PER_BUCKET = 32;
const MOST_BUCKETS = 4096;

/**
 * The rows of a range that look different, by one look at each server: the primary first, then the replica once it has all
 * of that. Each look is one snapshot, in which the same rows have to come out of every way to read them: by the buckets'
 * digests, one by one, and by their keys. So a difference that no row explains cannot go unseen.
 */
export async function findSuspects(lane: Lane, table: KeyedTable, range: KeyRange, rows: number): Promise<Suspects> {
  const { primary, replica } = lane;
  const buckets = Math.min(MOST_BUCKETS, Math.max(1, Math.ceil(rows / ROWS_PER_BUCKET)));
  return inSnapshot(primary, async () => {
    const before = await readBuckets(primary, table, range, buckets);
    await awaitPosition(lane);
    return inSnapshot(replica, async () => {
      const after = await readBuckets(replica, table, range, buckets);
      const suspicious = differingBuckets(before, after);
      if (suspicious.length === 0) return { rows: [], contradictions: [] };
      const onPrimary = await readBucketRows(primary, table, range, buckets, suspicious);
      const onReplica = await readBucketRows(replica, table, range, buckets, suspicious);
      const suspects = differing(onPrimary, onReplica);
      const contradictions = [
        ...contradictionsOf(primary, suspicious, before, onPrimary),
        ...contradictionsOf(replica, suspicious, after, onReplica),
        ...(await unfound(primary, table, onPrimary, suspects)),
        ...(await unfound(replica, table, onReplica, suspects)),
      ];
      return { rows: suspects, contradictions };
    });
  });
}

function differing(primary: readonly BucketRow[], replica: readonly BucketRow[]): Suspect[] {
  const [primaryHashes, replicaHashes] = [byKey(primary), byKey(replica)];
  const keys = new Map([...primary, ...replica].map(({ key }) => [keyId(key), key]));
  return [...keys].flatMap(([id, key]) => {
    const primaryHash = primaryHashes.get(id);
    return primaryHash === replicaHashes.get(id) ? [] : [{ key, primaryHash }];
  });
}

function contradictionsOf(
  server: MysqlServer,
  buckets: readonly number[],
  digests: ReadonlyMap<number, { readonly rows: number; readonly hash: string }>,
  rows: readonly BucketRow[],
): string[] {
  const listed = digestBuckets(rows);
  const wrong = buckets.filter((bucket) => {
    const [one, other] = [digests.get(bucket), listed.get(bucket)];
    return one?.rows !== other?.rows || one?.hash !== other?.hash;
  });
  return wrong.length === 0 ? [] : [`${server.label}: the rows that were read are not those whose digest differs`];
}

/** Suspects that their own key does not lead to. */
async function unfound(
  server: MysqlServer,
  table: KeyedTable,
  listed: readonly HashedRow[],
  suspects: readonly Suspect[],
): Promise<string[]> {
  const hashes = byKey(listed);
  const present = suspects.filter(({ key }) => hashes.has(keyId(key))).map(({ key }) => key);
  for (let start = 0; start < present.length; start += KEYS_PER_QUERY) {
    const keys = present.slice(start, start + KEYS_PER_QUERY);
    const found = byKey(await readRowsByKey(server, table, keys));
    const lost = keys.find((key) => found.get(keyId(key)) !== hashes.get(keyId(key)));
    if (lost !== undefined) return [`${server.label}: the row ${showKey(table.key, lost)} is not found by its key`];
  }
  return [];
}

export function byKey(rows: readonly HashedRow[]): Map<string, string> {
  return new Map(rows.map(({ key, hash }) => [keyId(key), hash]));
}

export function keyId(key: KeyValue): string {
  return JSON.stringify(key);
}
