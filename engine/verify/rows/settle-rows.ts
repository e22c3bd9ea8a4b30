import { setTimeout as sleep } from "node:timers/promises";
import { errnoOf, type MysqlServer } from "../mysql/index.js";
import type { KeyRange, KeyValue } from "../tables/index.js";
import { reaches } from "../topology/index.js";
import {
  differingBuckets,
  type HashedRow,
  type KeyedTable,
  readBucketRows,
  readBuckets,
  readRowsByKey,
} from "./digest.js";
import { awaitPosition, readPosition } from "./position.js";

/** How one row differs, seen from the target. */
export type RowVerdict = "missing" | "surplus" | "different";

export interface DifferentRow {
  readonly key: KeyValue;
  readonly verdict: RowVerdict;
}

export interface SettledRange {
  readonly different: readonly DifferentRow[];
  /** Rows that were being changed at every look. */
  readonly undecided: readonly KeyValue[];
}

/** The two servers' sessions of one comparison. */
export interface Lane {
  readonly source: MysqlServer;
  readonly target: MysqlServer;
}

interface Candidate {
  readonly key: KeyValue;
  /** What the source had at the look before; undefined for no row. */
  readonly sourceHash: string | undefined;
  /** Looks in a row at which the source had the same and the target something else. */
  readonly confirmations: number;
}

const KEYS_PER_QUERY = 200;
const ROWS_PER_BUCKET = 32;
const MOST_BUCKETS = 4096;
/** A difference counts when the source's row stood still between two looks, twice. */
const CONFIRMATIONS = 2;
const ROUNDS = 8;
const ROUND_MILLISECONDS = 100;
const LOCK_TRIES = 5;
const LOCK_SECONDS = 1;
const LOCK_WAIT_TIMEOUT = 1205;
const DEADLOCK = 1213;

/**
 * Finds out which rows of a range really differ, although both servers are written to: each look reads the source first,
 * lets the target have all of that, then reads the target. A row that is the same once is the same; one that stood
 * still on the source and is another on the target differs. What changes all the time is held on the source, one row
 * and at most a second at a time.
 */
export async function settleRange(
  lane: Lane,
  table: KeyedTable,
  range: KeyRange,
  rows: number,
  lagTimeoutSeconds: number,
): Promise<SettledRange> {
  let candidates = await findCandidates(lane, table, range, rows, lagTimeoutSeconds);
  const different: DifferentRow[] = [];
  for (let round = 0; round < ROUNDS && candidates.length > 0; round += 1) {
    if (round > 0) await sleep(ROUND_MILLISECONDS);
    const next: Candidate[] = [];
    for (let start = 0; start < candidates.length; start += KEYS_PER_QUERY) {
      const batch = candidates.slice(start, start + KEYS_PER_QUERY);
      const keys = batch.map(({ key }) => key);
      const onSource = byKey(await readRowsByKey(lane.source, table, keys));
      await awaitPosition(lane.source, lane.target, lagTimeoutSeconds);
      const onTarget = byKey(await readRowsByKey(lane.target, table, keys));
      for (const candidate of batch) {
        const sourceHash = onSource.get(keyId(candidate.key));
        const targetHash = onTarget.get(keyId(candidate.key));
        if (sourceHash === targetHash) continue;
        const confirmations = sourceHash === candidate.sourceHash ? candidate.confirmations + 1 : 0;
        if (confirmations < CONFIRMATIONS) next.push({ key: candidate.key, sourceHash, confirmations });
        else different.push({ key: candidate.key, verdict: verdictOf(sourceHash, targetHash) });
      }
    }
    candidates = next;
  }
  const undecided: KeyValue[] = [];
  for (const { key } of candidates) {
    const held = await compareHeldRow(lane, table, key);
    if (held === "undecided") undecided.push(key);
    else if (held !== "same") different.push({ key, verdict: held });
  }
  return { different, undecided };
}

async function findCandidates(
  { source, target }: Lane,
  table: KeyedTable,
  range: KeyRange,
  rows: number,
  lagTimeoutSeconds: number,
): Promise<Candidate[]> {
  const buckets = Math.min(MOST_BUCKETS, Math.max(1, Math.ceil(rows / ROWS_PER_BUCKET)));
  const before = await readBuckets(source, table, range, buckets);
  await awaitPosition(source, target, lagTimeoutSeconds);
  const after = await readBuckets(target, table, range, buckets);
  const suspicious = differingBuckets(before, after);
  if (suspicious.length === 0) return [];
  const onSource = await readBucketRows(source, table, range, buckets, suspicious);
  await awaitPosition(source, target, lagTimeoutSeconds);
  const onTarget = await readBucketRows(target, table, range, buckets, suspicious);
  const sourceHashes = byKey(onSource);
  const targetHashes = byKey(onTarget);
  const keys = new Map([...onSource, ...onTarget].map(({ key }) => [keyId(key), key]));
  return [...keys].flatMap(([id, key]) => {
    const sourceHash = sourceHashes.get(id);
    return sourceHash === targetHashes.get(id) ? [] : [{ key, sourceHash, confirmations: 0 }];
  });
}

/** Nobody can change the row between the two looks, because the source holds it for reading. */
async function compareHeldRow(
  { source, target }: Lane,
  table: KeyedTable,
  key: KeyValue,
): Promise<RowVerdict | "same" | "undecided"> {
  for (let attempt = 0; attempt < LOCK_TRIES; attempt += 1) {
    try {
      // Its gap locks also keep a row away that is not there.
      await source.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
      await source.execute("START TRANSACTION");
      const sourceHash = (await readRowsByKey(source, table, [key], "FOR SHARE"))[0]?.hash;
      if (!(await reaches(target, await readPosition(source), LOCK_SECONDS))) continue;
      const targetHash = (await readRowsByKey(target, table, [key]))[0]?.hash;
      return sourceHash === targetHash ? "same" : verdictOf(sourceHash, targetHash);
    } catch (error) {
      if (errnoOf(error) !== LOCK_WAIT_TIMEOUT && errnoOf(error) !== DEADLOCK) throw error;
    } finally {
      await source.execute("ROLLBACK");
    }
  }
  return "undecided";
}

function verdictOf(sourceHash: string | undefined, targetHash: string | undefined): RowVerdict {
  if (targetHash === undefined) return "missing";
  return sourceHash === undefined ? "surplus" : "different";
}

function byKey(rows: readonly HashedRow[]): Map<string, string> {
  return new Map(rows.map(({ key, hash }) => [keyId(key), hash]));
}

function keyId(key: KeyValue): string {
  return JSON.stringify(key);
}
