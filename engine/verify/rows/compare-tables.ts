import { setTimeout as sleep } from "node:timers/promises";
import { type NameParts, StatementError, showTable, type TableName, tableKey } from "../../mysql/index.js";
import { FerryError, type Progress } from "../../operation/index.js";
import { chooseKey, isSameShape, readTableShapes, type TableShape } from "../../tables/index.js";
import type { TableProblem, TableResult } from "../checkpoint.js";
import type { CheckpointStore } from "../checkpoint-store.js";
import { awaitPosition } from "../position.js";
import { RateReport } from "../rate-report.js";
import { assertKnown, isChosen } from "../request.js";
import type { Lane } from "../sessions.js";
import { type CompareRun, compareKeyedTable } from "./compare-table.js";
import { compareWholeTable } from "./compare-whole-table.js";
import { hasMoved, readDataNames, readMoves } from "./data-moves.js";

/** One table as the two servers have it; at least one of them has it. */
interface ShapePair {
  readonly name: TableName;
  readonly primary: TableShape | undefined;
  readonly replica: TableShape | undefined;
}

/** Looks at one table whose definition changes meanwhile. */
const LOOKS = 5;
const LOOK_MILLISECONDS = 200;
/** Times that all tables are looked through for those that were changed since they were compared. */
const ROUNDS = 4;
/** A schema, table, column, index or partition that is gone, a definition that changed: DDL came between two looks. */
const CHANGED_BY_DDL = new Set([1049, 1054, 1146, 1176, 1412, 1735]);
/** A server that ends, or ends the statement: it says nothing of the table. */
const ENDED = new Set([1053, 1317, 1927, 3024]);

/**
 * Compares the rows of all wanted tables but those that `store` has from an earlier run. A table that was changed by DDL,
 * made, or brought in by another name since it was compared, is compared again. Gives the tables' bytes, as estimated.
 */
export async function compareTables(
  run: CompareRun,
  wanted: readonly NameParts[] | undefined,
  hidden: readonly string[],
  store: CheckpointStore,
  progress: Progress,
): Promise<{ readonly bytes: number; readonly notes: readonly string[] }> {
  const [lane] = run.lanes;
  let data = await readDataNames(lane.primary);
  let pairs = await readPairs(lane, wanted, hidden);
  assertKnown(
    wanted,
    pairs.map(({ name }) => name),
  );
  const bytes = pairs.reduce((sum, { primary }) => sum + (primary?.bytes ?? 0), 0);
  const rate = new RateReport(
    pairs.map(({ name, primary }) => ({ ...name, rows: primary?.rows ?? 0 })),
    progress,
  );
  for (let round = 1; round <= ROUNDS; round += 1) {
    for (const pair of pairs.filter((one) => !store.has(one.name, versionOf(one)))) {
      await compareTable(run, pair, hidden, store, rate, round === ROUNDS);
      rate.finishTable(pair.name, store.rowsOf(pair.name));
    }
    const moves = await readMoves(lane.primary, data);
    if (moves.exchanged.length > 0) {
      if (round === ROUNDS) throw exchangedError(lane, moves.exchanged);
      progress(`partitions were exchanged with tables (${moves.exchanged.join(", ")}): comparing all tables again`);
      store.forgetAll();
    }
    pairs = await readPairs(lane, wanted, hidden);
    for (const { name } of pairs.filter((pair) => hasMoved(pair.name, moves))) store.forget(name);
    data = await readDataNames(lane.primary);
    if (pairs.every((one) => store.has(one.name, versionOf(one)))) break;
  }
  return { bytes, notes: forgetDropped(store, pairs) };
}

function exchangedError({ primary }: Lane, moved: readonly string[]): FerryError {
  return new FerryError({
    failed: "comparing the data",
    where: primary.label,
    seen: `partitions that were exchanged with tables during each of ${ROUNDS} comparisons (${moved.join(", ")})`,
    wanted: "data that stay in their tables for as long as these are compared",
    next: "run again while nothing runs ALTER TABLE ... EXCHANGE PARTITION",
  });
}

const ALWAYS_CHANGED: TableProblem = {
  kind: "undecided",
  why: "its definition was changed at every look",
};

/**
 * Compares one table, from the start whenever DDL comes in between. `hasToStand`: the table has to be the same after it as
 * before; else whoever calls looks for that later.
 */
async function compareTable(
  run: CompareRun,
  seen: ShapePair,
  hidden: readonly string[],
  store: CheckpointStore,
  rate: RateReport,
  hasToStand: boolean,
): Promise<void> {
  let pair = seen;
  for (let look = 1; look <= LOOKS; look += 1) {
    if (look > 1) await sleep(LOOK_MILLISECONDS);
    const before = versionOf(pair);
    const problem = problemOf(pair);
    const result = problem === undefined ? await compareRows(run, pair, store, rate) : withProblem(pair.name, problem);
    if (result !== "changed" && problem === undefined && !hasToStand) return store.add(before, result);
    // A difference counts when nothing moved between two looks at the primary with one at the replica between them.
    const again = await readPair(run.lanes[0], hidden, pair.name);
    if (again === undefined) return;
    pair = again.pair;
    if (result !== "changed" && again.isStable && versionOf(pair) === before) return store.add(before, result);
  }
  await store.add(versionOf(pair), withProblem(pair.name, ALWAYS_CHANGED));
}

/** "changed" where DDL came in between. */
async function compareRows(
  run: CompareRun,
  pair: ShapePair,
  store: CheckpointStore,
  rate: RateReport,
): Promise<TableResult | "changed"> {
  const { primary: shape, name } = pair;
  if (shape === undefined) return "changed";
  const version = versionOf(pair);
  const key = chooseKey(shape.keys);
  try {
    if (key === undefined) return await compareWholeTable(run.lanes[0], shape);
    return await compareKeyedTable(run, { ...shape, key }, store.progressOf(name, version), async (progress) => {
      rate.count(name, progress.rows);
      await store.save({ ...name, version, ...progress });
    });
  } catch (error) {
    if (!(error instanceof StatementError) || error.errno === undefined || ENDED.has(error.errno)) throw error;
    if (CHANGED_BY_DDL.has(error.errno)) return "changed";
    return withProblem(name, { kind: "undecided", why: `its rows could not be read: ${error.message}` });
  }
}

function problemOf({ primary, replica }: ShapePair): TableProblem | undefined {
  if (replica === undefined) return { kind: "missing" };
  if (primary === undefined) return { kind: "surplus" };
  return isSameShape(primary, replica) ? undefined : { kind: "definition" };
}

function withProblem({ schema, table }: TableName, problem: TableProblem): TableResult {
  return { schema, table, rows: 0, differences: 0, hasMore: false, listed: [], undecided: [], problem };
}

/** What a result is about; a table that was dropped and made again is another one. */
function versionOf({ primary, replica }: ShapePair): string {
  const essence = (shape: TableShape | undefined) => shape && { columns: shape.columns, keys: shape.keys };
  return JSON.stringify([essence(primary), primary?.createdAt, essence(replica)]);
}

/** Tables that were compared and then dropped on both servers: nothing is left to be different. */
function forgetDropped(store: CheckpointStore, pairs: readonly ShapePair[]): string[] {
  const present = new Set(pairs.map(({ name }) => tableKey(name)));
  const dropped = store.results.filter((result) => !present.has(tableKey(result)));
  for (const result of dropped) store.forget(result);
  return dropped.map((result) => `table ${showTable(result)}: dropped during the comparison`);
}

/** All tables of both servers that are wanted. */
async function readPairs(
  lane: Lane,
  wanted: readonly NameParts[] | undefined,
  hidden: readonly string[],
): Promise<ShapePair[]> {
  const onPrimary = await readTableShapes(lane.primary, hidden);
  await awaitPosition(lane);
  return pairsOf(onPrimary, await readTableShapes(lane.replica, hidden)).filter(({ name }) => isChosen(name, wanted));
}

/**
 * One table, and whether the primary had it just so before and after the look at the replica; undefined where neither has
 * it.
 */
async function readPair(
  lane: Lane,
  hidden: readonly string[],
  name: TableName,
): Promise<{ readonly pair: ShapePair; readonly isStable: boolean } | undefined> {
  const before = await readTableShapes(lane.primary, hidden, name);
  await awaitPosition(lane);
  const onReplica = await readTableShapes(lane.replica, hidden, name);
  const [was] = pairsOf(before, onReplica);
  const [pair] = pairsOf(await readTableShapes(lane.primary, hidden, name), onReplica);
  return pair && { pair, isStable: was !== undefined && versionOf(was) === versionOf(pair) };
}

function pairsOf(primary: readonly TableShape[], replica: readonly TableShape[]): ShapePair[] {
  const byName = (shapes: readonly TableShape[]) => new Map(shapes.map((shape) => [tableKey(shape), shape]));
  const [ofPrimary, ofReplica] = [byName(primary), byName(replica)];
  const names = new Map(
    [...primary, ...replica].map(({ schema, table }) => [tableKey({ schema, table }), { schema, table }]),
  );
  return [...names].map(([key, name]) => ({ name, primary: ofPrimary.get(key), replica: ofReplica.get(key) }));
}
