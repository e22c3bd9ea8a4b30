import { setTimeout as sleep } from "node:timers/promises";
import { errnoOf } from "../mysql/index.js";
import type { TableShape } from "../tables/index.js";
import type { TableResult } from "./checkpoint.js";
import { type Digest, readTableDigest } from "./digest.js";
import { awaitPosition, reaches, readPosition } from "./position.js";
import type { Lane } from "./settle-rows.js";

const ROUNDS = 5;
const ROUND_MILLISECONDS = 200;
const LOCK_SECONDS = 1;
const LOCK_WAIT_TIMEOUT = 1205;
const DEADLOCK = 1213;
const INTERRUPTED_BY_TIMEOUT = 3024;

/**
 * Compares a table that has no key to cut it by: as one whole, again and again while it changes, at last with its rows
 * held on the source, for at most a second or two.
 */
export async function compareWholeTable(
  lane: Lane,
  table: TableShape,
  lagTimeoutSeconds: number,
): Promise<TableResult> {
  const { source, target } = lane;
  let before: Digest | undefined;
  for (let round = 0; round < ROUNDS; round += 1) {
    if (round > 0) await sleep(ROUND_MILLISECONDS);
    const onSource = await readTableDigest(source, table);
    await awaitPosition(source, target, lagTimeoutSeconds);
    const onTarget = await readTableDigest(target, table);
    if (isSame(onSource, onTarget)) return result(table, onSource, onTarget);
    const stoodStill = before !== undefined && isSame(before, onSource);
    if (stoodStill) return result(table, onSource, onTarget);
    before = onSource;
  }
  return (await compareHeldTable(lane, table)) ?? undecided(table, before?.rows ?? 0);
}

async function compareHeldTable({ source, target }: Lane, table: TableShape): Promise<TableResult | undefined> {
  try {
    await source.execute(`SET SESSION max_execution_time = ${LOCK_SECONDS * 1000}`);
    await source.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
    await source.execute("START TRANSACTION");
    const onSource = await readTableDigest(source, table, "FOR SHARE");
    if (!(await reaches(target, await readPosition(source), LOCK_SECONDS))) return undefined;
    return result(table, onSource, await readTableDigest(target, table));
  } catch (error) {
    if (![LOCK_WAIT_TIMEOUT, DEADLOCK, INTERRUPTED_BY_TIMEOUT].includes(errnoOf(error) ?? 0)) throw error;
    return undefined;
  } finally {
    await source.execute("ROLLBACK");
    await source.execute("SET SESSION max_execution_time = 0");
  }
}

function isSame(one: Digest, other: Digest): boolean {
  return one.hash === other.hash && one.rows === other.rows;
}

function result({ schema, table }: TableShape, onSource: Digest, onTarget: Digest): TableResult {
  const found = { schema, table, rows: onSource.rows, listed: [], undecided: [] };
  if (isSame(onSource, onTarget)) return { ...found, differences: 0 };
  const problem = `its rows differ: ${onSource.rows} on the source, ${onTarget.rows} on the target; it has no unique key by which they could be told apart`;
  return { ...found, differences: Math.max(1, Math.abs(onSource.rows - onTarget.rows)), problem };
}

function undecided({ schema, table }: TableShape, rows: number): TableResult {
  const problem = "it changed at every look, is too large to be held, and has no unique key";
  return { schema, table, rows, differences: 0, listed: [], undecided: ["the whole table"], problem };
}
