import { setTimeout as sleep } from "node:timers/promises";
import type { TableShape } from "../tables/index.js";
import type { TableResult } from "./checkpoint.js";
import { differingBuckets } from "./digest.js";
import { awaitPosition } from "./position.js";
import { type RowCopies, readBucketCopies, readCopiesOf, readCopyBuckets } from "./row-copies.js";
import type { Lane } from "./settle-rows.js";

const ROWS_PER_BUCKET = 32;
const MOST_BUCKETS = 4096;
const HASHES_PER_QUERY = 1_000;
/** A difference counts when the source had as many copies at two looks, twice. */
const CONFIRMATIONS = 2;
const ROUNDS = 8;
const ROUND_MILLISECONDS = 100;

interface Candidate {
  readonly hash: string;
  readonly onSource: number;
  readonly onTarget: number;
  readonly confirmations: number;
}

/**
 * Compares a table that has no key to cut it by: how many copies it has of each row, by the row's hash, while both
 * servers are in use. A row that is changed becomes another one, so those that are looked at again come to rest, however
 * much is written. Nothing is held.
 */
export async function compareWholeTable(
  { source, target }: Lane,
  table: TableShape,
  lagTimeoutSeconds: number,
): Promise<TableResult> {
  const inTurn = async <T>(read: (server: Lane["source"]) => Promise<T>): Promise<readonly [T, T]> => {
    const onSource = await read(source);
    await awaitPosition(source, target, lagTimeoutSeconds);
    return [onSource, await read(target)];
  };
  const buckets = Math.min(MOST_BUCKETS, Math.max(1, Math.ceil(table.rows / ROWS_PER_BUCKET)));
  const [before, after] = await inTurn((server) => readCopyBuckets(server, table, buckets));
  const rows = [...before.values()].reduce((sum, digest) => sum + digest.rows, 0);
  const suspicious = differingBuckets(before, after);
  if (suspicious.length === 0) return result(table, rows, []);

  const [onSource, onTarget] = await inTurn((server) => readBucketCopies(server, table, buckets, suspicious));
  let candidates = differing([...new Set([...onSource.keys(), ...onTarget.keys()])], onSource, onTarget, new Map());
  const different: Candidate[] = [];
  for (let round = 0; round < ROUNDS && candidates.length > 0; round += 1) {
    await sleep(ROUND_MILLISECONDS);
    const known = new Map(candidates.map((candidate) => [candidate.hash, candidate]));
    const next: Candidate[] = [];
    for (let start = 0; start < candidates.length; start += HASHES_PER_QUERY) {
      const hashes = candidates.slice(start, start + HASHES_PER_QUERY).map(({ hash }) => hash);
      const [one, other] = await inTurn((server) => readCopiesOf(server, table, hashes));
      next.push(...differing(hashes, one, other, known));
    }
    different.push(...next.filter(({ confirmations }) => confirmations >= CONFIRMATIONS));
    candidates = next.filter(({ confirmations }) => confirmations < CONFIRMATIONS);
  }
  return result(table, rows, different, candidates.length);
}

function differing(
  hashes: readonly string[],
  source: RowCopies,
  target: RowCopies,
  known: ReadonlyMap<string, Candidate>,
): Candidate[] {
  return hashes.flatMap((hash) => {
    const [onSource, onTarget] = [source.get(hash) ?? 0, target.get(hash) ?? 0];
    if (onSource === onTarget) return [];
    const last = known.get(hash);
    return [{ hash, onSource, onTarget, confirmations: last?.onSource === onSource ? last.confirmations + 1 : 0 }];
  });
}

function result(
  { schema, table }: TableShape,
  rows: number,
  different: readonly Candidate[],
  undecided = 0,
): TableResult {
  const missing = different.reduce((sum, { onSource, onTarget }) => sum + Math.max(0, onSource - onTarget), 0);
  const surplus = different.reduce((sum, { onSource, onTarget }) => sum + Math.max(0, onTarget - onSource), 0);
  return {
    schema,
    table,
    rows,
    differences: missing + surplus,
    listed: [],
    undecided: undecided === 0 ? [] : [`${undecided} rows`],
    ...(missing + surplus === 0
      ? {}
      : {
          problem: `${missing} rows are missing on the target, and ${surplus} are only there; it has no unique key by which they could be told apart`,
        }),
  };
}
