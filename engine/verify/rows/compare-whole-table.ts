import type { MysqlServer } from "../../mysql/index.js";
import type { TableShape } from "../../tables/index.js";
import type { TableResult } from "../checkpoint.js";
import { awaitPosition } from "../position.js";
import type { Lane } from "../sessions.js";
import {
  type Around,
  hasStood,
  lookAgain,
  lookAtRows,
  NOT_COUNTED,
  ROUNDS,
  type Standing,
  waitForNextLook,
} from "../standing.js";
import { DoubtfulAnswer } from "./query-whole.js";
import {
  type BucketCopies,
  type CopiesDigest,
  differingCopies,
  digestCopies,
  type RowCopies,
  readBucketCopies,
  readCopiesOf,
  readCopyBuckets,
} from "./row-copies.js";
import { inSnapshot } from "./snapshot.js";

const ROWS_PER_BUCKET = 32;
const MOST_BUCKETS = 4096;
const HASHES_PER_QUERY = 1_000;
const MEAN_WAIT_MILLISECONDS = 100;
const CONTRADICTION_ROUNDS = 3;

interface Candidate {
  readonly hash: string;
  readonly onPrimary: number;
  readonly onReplica: number;
  readonly standing: Standing;
}

interface FirstLook {
  readonly rows: number;
  readonly candidates: readonly Candidate[];
  /** What contradicts itself within one snapshot: then nothing is known of the table. */
  readonly contradiction?: string | undefined;
}

/**
 * Compares a table that has no key to cut it by: how many copies it has of each row, by the row's hash, while both
 * servers are in use. A row that is changed becomes another one, so those that are looked at again come to rest as a rule,
 * however much is written. Nothing is held.
 */
export async function compareWholeTable(lane: Lane, table: TableShape): Promise<TableResult> {
  const name = { schema: table.schema, table: table.table };
  try {
    for (let round = 1; ; round += 1) {
      const { rows, candidates, contradiction } = await lookOnce(lane, table);
      if (contradiction !== undefined && round < CONTRADICTION_ROUNDS) continue;
      if (contradiction !== undefined) return undecidedTable(name, contradiction);
      return tableResult(name, rows, ...(await settleCopies(lane, table, candidates)));
    }
  } catch (error) {
    if (!(error instanceof DoubtfulAnswer)) throw error;
    return undecidedTable(name, error.message);
  }
}

/** One look at each server, in a snapshot of its own, in which the buckets and their rows have to agree. */
async function lookOnce(lane: Lane, table: TableShape): Promise<FirstLook> {
  const { primary, replica } = lane;
  const buckets = Math.min(MOST_BUCKETS, Math.max(1, Math.ceil(table.rows / ROWS_PER_BUCKET)));
  return inSnapshot(primary, async () => {
    const before = await readCopyBuckets(primary, table, buckets);
    const rows = [...before.values()].reduce((sum, digest) => sum + digest.rows, 0);
    await awaitPosition(lane);
    return inSnapshot(replica, async () => {
      const after = await readCopyBuckets(replica, table, buckets);
      const suspicious = differingCopies(before, after);
      if (suspicious.length === 0) return { rows, candidates: [] };
      const onPrimary = await readBucketCopies(primary, table, buckets, suspicious);
      const onReplica = await readBucketCopies(replica, table, buckets, suspicious);
      const contradiction =
        contradictionOf(primary, suspicious, before, onPrimary) ??
        contradictionOf(replica, suspicious, after, onReplica);
      return { rows, candidates: differing(onPrimary, onReplica, new Map(), NOT_COUNTED), contradiction };
    });
  });
}

function contradictionOf(
  server: MysqlServer,
  buckets: readonly number[],
  digests: ReadonlyMap<number, CopiesDigest>,
  rows: readonly BucketCopies[],
): string | undefined {
  const [ofDigests, ofRows] = [new Map(buckets.flatMap((one) => entry(digests, one))), digestCopies(rows)];
  if (differingCopies(ofDigests, ofRows).length === 0) return undefined;
  return `${server.label}: the rows that were read are not those whose digest differs`;
}

function entry<T>(map: ReadonlyMap<number, T>, key: number): [number, T][] {
  const value = map.get(key);
  return value === undefined ? [] : [[key, value]];
}

/** Rows that differ, and rows that never came to rest. */
async function settleCopies(
  lane: Lane,
  table: TableShape,
  first: readonly Candidate[],
): Promise<[different: readonly Candidate[], restless: number]> {
  const { primary, replica } = lane;
  let candidates = first;
  const different: Candidate[] = [];
  for (let round = 0; round < ROUNDS && candidates.length > 0; round += 1) {
    await waitForNextLook(MEAN_WAIT_MILLISECONDS);
    const known = new Map(candidates.map((candidate) => [candidate.hash, candidate]));
    const next: Candidate[] = [];
    for (let start = 0; start < candidates.length; start += HASHES_PER_QUERY) {
      const hashes = candidates.slice(start, start + HASHES_PER_QUERY).map(({ hash }) => hash);
      const [onPrimary, around] = await lookAtRows(primary, () => readCopiesOf(primary, table, hashes));
      await awaitPosition(lane);
      next.push(...differing(onPrimary, await readCopiesOf(replica, table, hashes), known, around));
    }
    different.push(...next.filter(({ standing }) => hasStood(standing)));
    candidates = next.filter(({ standing }) => !hasStood(standing));
  }
  return [different, candidates.length];
}

function differing(
  primary: readonly RowCopies[],
  replica: readonly RowCopies[],
  known: ReadonlyMap<string, Candidate>,
  around: Around,
): Candidate[] {
  const byHash = (rows: readonly RowCopies[]) => new Map(rows.map(({ hash, copies }) => [hash, copies]));
  const [ofPrimary, ofReplica] = [byHash(primary), byHash(replica)];
  return [...new Set([...ofPrimary.keys(), ...ofReplica.keys()])].flatMap((hash) => {
    const [onPrimary, onReplica] = [ofPrimary.get(hash) ?? 0, ofReplica.get(hash) ?? 0];
    if (onPrimary === onReplica) return [];
    const standing = lookAgain(known.get(hash)?.standing, String(onPrimary), around);
    return [{ hash, onPrimary, onReplica, standing }];
  });
}

const NOTHING = { rows: 0, differences: 0, hasMore: false, listed: [], undecided: [] };

function undecidedTable(name: Pick<TableResult, "schema" | "table">, why: string): TableResult {
  return { ...name, ...NOTHING, undecided: [{ what: "all rows", why }] };
}

function tableResult(
  name: Pick<TableResult, "schema" | "table">,
  rows: number,
  different: readonly Candidate[],
  restless: number,
): TableResult {
  const missing = different.reduce((sum, { onPrimary, onReplica }) => sum + Math.max(0, onPrimary - onReplica), 0);
  const surplus = different.reduce((sum, { onPrimary, onReplica }) => sum + Math.max(0, onReplica - onPrimary), 0);
  return {
    ...name,
    ...NOTHING,
    rows,
    differences: missing + surplus,
    undecided:
      restless === 0 ? [] : [{ what: `${restless} rows`, why: "their number of copies changed at every look" }],
    ...(missing + surplus === 0 ? {} : { problem: { kind: "copies" as const, missing, surplus } }),
  };
}
