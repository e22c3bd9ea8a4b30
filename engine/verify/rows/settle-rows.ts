import { errnoOf, reaches } from "../../mysql/index.js";
import type { KeyValue } from "../../tables/index.js";
import { awaitPosition, readPosition } from "../position.js";
import type { Lane } from "../sessions.js";
import { hasStood, lookAgain, lookAtRows, NOT_COUNTED, ROUNDS, type Standing, waitForNextLook } from "../standing.js";
import { type KeyedTable, readRowsByKey } from "./digest.js";
import { byKey, KEYS_PER_QUERY, keyId, type Suspect } from "./find-suspects.js";

/** How one row differs, seen from the replica. */
export type RowVerdict = "missing" | "surplus" | "different";

export interface DifferentRow {
  readonly key: KeyValue;
  readonly verdict: RowVerdict;
}

export interface SettledRows {
  readonly different: readonly DifferentRow[];
  /** Rows that were being changed at every look. */
  readonly undecided: readonly KeyValue[];
}

interface Candidate {
  readonly key: KeyValue;
  readonly standing: Standing;
}

const MEAN_WAIT_MILLISECONDS = 100;
const LOCK_TRIES = 5;
const LOCK_SECONDS = 1;
const LOCK_WAIT_TIMEOUT = 1205;
const DEADLOCK = 1213;

/**
 * Finds out which of the rows really differ, although both servers are written to: each look reads the primary first,
 * lets the replica have all of that, then reads the replica. A row that is the same once is the same; one that stood
 * still on the primary and is another on the replica differs. What changes all the time is held on the primary, one row
 * and at most a second at a time.
 */
export async function settleRows(lane: Lane, table: KeyedTable, suspects: readonly Suspect[]): Promise<SettledRows> {
  let candidates: readonly Candidate[] = suspects.map(({ key, primaryHash }) => ({
    key,
    standing: lookAgain(undefined, primaryHash, NOT_COUNTED),
  }));
  const different: DifferentRow[] = [];
  for (let round = 0; round < ROUNDS && candidates.length > 0; round += 1) {
    if (round > 0) await waitForNextLook(MEAN_WAIT_MILLISECONDS);
    const next: Candidate[] = [];
    for (let start = 0; start < candidates.length; start += KEYS_PER_QUERY) {
      const batch = candidates.slice(start, start + KEYS_PER_QUERY);
      const keys = batch.map(({ key }) => key);
      const [rows, around] = await lookAtRows(lane.primary, () => readRowsByKey(lane.primary, table, keys));
      const onPrimary = byKey(rows);
      await awaitPosition(lane);
      const onReplica = byKey(await readRowsByKey(lane.replica, table, keys));
      for (const candidate of batch) {
        const primaryHash = onPrimary.get(keyId(candidate.key));
        const replicaHash = onReplica.get(keyId(candidate.key));
        if (primaryHash === replicaHash) continue;
        const standing = lookAgain(candidate.standing, primaryHash, around);
        if (hasStood(standing)) different.push({ key: candidate.key, verdict: verdictOf(primaryHash, replicaHash) });
        else next.push({ key: candidate.key, standing });
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

/** Nobody can change the row between the two looks, because the primary holds it for reading. */
async function compareHeldRow(
  { primary, replica }: Lane,
  table: KeyedTable,
  key: KeyValue,
): Promise<RowVerdict | "same" | "undecided"> {
  for (let attempt = 0; attempt < LOCK_TRIES; attempt += 1) {
    try {
      // Its gap locks also keep a row away that is not there.
      await primary.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
      await primary.execute("START TRANSACTION");
      const primaryHash = byKey(await readRowsByKey(primary, table, [key], "FOR SHARE")).get(keyId(key));
      if (!(await reaches(replica, await readPosition(primary), LOCK_SECONDS))) continue;
      const replicaHash = byKey(await readRowsByKey(replica, table, [key])).get(keyId(key));
      return primaryHash === replicaHash ? "same" : verdictOf(primaryHash, replicaHash);
    } catch (error) {
      if (errnoOf(error) !== LOCK_WAIT_TIMEOUT && errnoOf(error) !== DEADLOCK) throw error;
    } finally {
      await primary.execute("ROLLBACK");
    }
  }
  return "undecided";
}

function verdictOf(primaryHash: string | undefined, replicaHash: string | undefined): RowVerdict {
  if (replicaHash === undefined) return "missing";
  return primaryHash === undefined ? "surplus" : "different";
}
