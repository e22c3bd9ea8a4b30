import type { MysqlServer } from "../../mysql/index.js";
import { type KeyRange, showKey } from "../../tables/index.js";
import type { SuspiciousRange, TableProgress, TableResult, Undecided } from "../checkpoint.js";
import type { Pace } from "../pace.js";
import type { Lane } from "../sessions.js";
import { ChunkSize, FIRST_ROWS } from "./chunk-size.js";
import { type Digest, type KeyedTable, readDigest, readFirstDigest } from "./digest.js";
import { findSuspects } from "./find-suspects.js";
import { DoubtfulAnswer } from "./query-whole.js";
import { RangeCutter } from "./range-cutter.js";
import { settleRows } from "./settle-rows.js";
import { splitRange } from "./split-range.js";

export interface CompareLimits {
  /** How long reading one chunk should take on each server; bounds what one statement holds up. */
  readonly chunkSeconds: number;
  /** Different rows that are listed of each table. */
  readonly listedRows: number;
  /** Different rows of one table after which counting stops: by then it is known that it has to be brought anew. */
  readonly countedRows: number;
}

export interface CompareRun {
  /** One comparison runs on each. */
  readonly lanes: readonly [Lane, ...Lane[]];
  /** Looks for the chunks' boundaries. */
  readonly planner: MysqlServer;
  readonly pace: Pace;
  readonly limits: CompareLimits;
  /** Whether both servers read a chunk at the same time; else one after the other. */
  readonly isSimultaneous: boolean;
}

/** How far the comparison of one table has come. */
export type RangeProgress = Pick<TableProgress, "after" | "rows" | "suspicious" | "undecided">;

/** Rows of which a range may have at most when its rows are looked at one by one: bounds what is held in memory. */
const SETTLED_ROWS = 20_000;
const CONTRADICTION_ROUNDS = 3;

/**
 * Compares one table range by range while both servers are written to. Ranges that look different at once are looked at
 * again when the whole table is through. `onRange` hears how far it is, in order.
 */
export async function compareKeyedTable(
  run: CompareRun,
  table: KeyedTable,
  resumed: RangeProgress | undefined,
  onRange: (progress: RangeProgress) => Promise<void>,
): Promise<TableResult> {
  const { schema, table: name } = table;
  const found =
    (resumed === undefined ? await readSmall(run, table) : undefined) ??
    (await readRanges(run, table, resumed ?? { rows: 0, suspicious: [], undecided: [] }, onRange));
  return { schema, table: name, rows: found.rows, ...(await settle(run, table, found)) };
}

/** A table of few rows is one range, for which no boundary has to be looked for. Undefined where it has more rows. */
async function readSmall(run: CompareRun, table: KeyedTable): Promise<RangeProgress | undefined> {
  if (table.rows > FIRST_ROWS) return undefined;
  await run.pace.ready();
  return orDoubtful(table, {}, async () => {
    const [primary, replica] = await readBoth(run, run.lanes[0], (server) =>
      readFirstDigest(server, table, FIRST_ROWS + 1),
    );
    if (primary.rows > FIRST_ROWS) return undefined;
    return { rows: primary.rows, suspicious: suspicion({}, primary, replica), undecided: [] };
  });
}

async function readRanges(
  run: CompareRun,
  table: KeyedTable,
  begun: RangeProgress,
  onRange: (progress: RangeProgress) => Promise<void>,
): Promise<RangeProgress> {
  const size = new ChunkSize(run.limits.chunkSeconds);
  const cutter = new RangeCutter(run.planner, table, size, begun.after);
  const suspicious = [...begun.suspicious];
  const undecided = [...begun.undecided];
  const open: KeyRange[] = [];
  let { rows } = begun;

  const compareRanges = async (lane: Lane) => {
    for (;;) {
      await run.pace.ready();
      const range = await cutter.next();
      if (range === undefined) return;
      open.push(range);
      const found = await orDoubtful(table, range, async () => {
        const startedAt = performance.now();
        const [primary, replica] = await readBoth(run, lane, (server) => readDigest(server, table, range));
        const seconds = (performance.now() - startedAt) / 1000;
        const slowdown = size.observe(primary.rows, run.isSimultaneous ? seconds : seconds / 2);
        await run.pace.yieldTo(seconds, slowdown);
        return { rows: primary.rows, suspicious: suspicion(range, primary, replica), undecided: [] };
      });
      rows += found.rows;
      suspicious.push(...found.suspicious);
      undecided.push(...found.undecided);
      open.splice(open.indexOf(range), 1);
      await onRange({ rows, suspicious, undecided, after: open.length > 0 ? open[0]?.after : range.upTo });
    }
  };
  await Promise.all(run.lanes.map(compareRanges));
  return { rows, suspicious, undecided };
}

async function readBoth(
  { isSimultaneous }: CompareRun,
  { primary, replica }: Lane,
  read: (server: MysqlServer) => Promise<Digest>,
): Promise<readonly [Digest, Digest]> {
  if (isSimultaneous) return Promise.all([read(primary), read(replica)]);
  // In turn: less of one machine is taken from the application, at once.
  const onPrimary = await read(primary);
  return [onPrimary, await read(replica)];
}

function suspicion(range: KeyRange, primary: Digest, replica: Digest): SuspiciousRange[] {
  if (primary.hash === replica.hash && primary.rows === replica.rows) return [];
  return [{ ...range, rows: Math.max(primary.rows, replica.rows) }];
}

async function orDoubtful<T>(table: KeyedTable, range: KeyRange, work: () => Promise<T>): Promise<T | RangeProgress> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DoubtfulAnswer)) throw error;
    return { rows: 0, suspicious: [], undecided: [{ what: showRange(table, range), why: error.message }] };
  }
}

async function settle(
  run: CompareRun,
  table: KeyedTable,
  found: RangeProgress,
): Promise<Pick<TableResult, "differences" | "hasMore" | "listed" | "undecided">> {
  const { listedRows, countedRows } = run.limits;
  const [lane] = run.lanes;
  const listed: TableResult["listed"] = [];
  const undecided: Undecided[] = [...found.undecided];
  let differences = 0;
  let hasMore = false;
  for (const suspicious of found.suspicious) {
    for await (const range of splitRange(lane.primary, table, suspicious, SETTLED_ROWS)) {
      if (differences >= countedRows) {
        hasMore = true;
        break;
      }
      await run.pace.ready();
      const settled = await settleRange(lane, table, range, Math.min(suspicious.rows, SETTLED_ROWS));
      differences += settled.different.length;
      for (const { key, verdict } of settled.different.slice(0, Math.max(0, listedRows - listed.length))) {
        listed.push({ key: showKey(table.key, key), value: key, verdict });
      }
      undecided.push(...settled.undecided);
    }
  }
  return { differences, hasMore, listed, undecided };
}

/** What of a range differs; a look that contradicts itself is repeated, and in the end leaves the range undecided. */
async function settleRange(lane: Lane, table: KeyedTable, range: KeyRange, rows: number) {
  const nothing = (why: string) => ({ different: [], undecided: [{ what: showRange(table, range), why }] });
  try {
    for (let round = 1; ; round += 1) {
      const suspects = await findSuspects(lane, table, range, rows);
      const [contradiction] = suspects.contradictions;
      if (contradiction !== undefined && round < CONTRADICTION_ROUNDS) continue;
      if (contradiction !== undefined) return nothing(contradiction);
      const settled = await settleRows(lane, table, suspects.rows);
      return {
        different: settled.different,
        undecided: settled.undecided.map((key) => ({
          what: showKey(table.key, key),
          why: "it changed at every look, and could not be held for a second",
        })),
      };
    }
  } catch (error) {
    if (!(error instanceof DoubtfulAnswer)) throw error;
    return nothing(error.message);
  }
}

function showRange({ key }: KeyedTable, { after, upTo }: KeyRange): string {
  if (after === undefined && upTo === undefined) return "all rows";
  const from = after === undefined ? "" : ` after ${showKey(key, after)}`;
  return `rows${from}${upTo === undefined ? "" : ` up to ${showKey(key, upTo)}`}`;
}
