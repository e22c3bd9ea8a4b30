import type { MysqlServer } from "../mysql/index.js";
import { type KeyRange, showKey } from "../tables/index.js";
import type { Checkpoint, TableResult } from "./checkpoint.js";
import { ChunkSize } from "./chunk-size.js";
import { RangeCutter } from "./cut-ranges.js";
import { type KeyedTable, readDigest } from "./digest.js";
import type { Pace } from "./pace.js";
import { type Lane, settleRange } from "./settle-rows.js";

export interface CompareLimits {
  /** How long reading one chunk should take; bounds what one statement holds up. */
  readonly chunkSeconds: number;
  /** How long the target may take to apply what the source has. */
  readonly lagTimeoutSeconds: number;
  /** Different rows that are listed of each table; all are counted. */
  readonly listedRows: number;
}

export interface CompareRun {
  /** One comparison runs on each. */
  readonly lanes: readonly [Lane, ...Lane[]];
  /** Looks for the chunks' boundaries. */
  readonly planner: MysqlServer;
  readonly pace: Pace;
  readonly limits: CompareLimits;
}

type TableProgress = Omit<NonNullable<Checkpoint["current"]>, "table">;
type SuspiciousRange = TableProgress["suspicious"][number];

/**
 * Compares one table range by range while both servers are written to. Ranges that look different at once are looked at
 * again when the whole table is through. `onRange` hears how far it is, in order.
 */
export async function compareKeyedTable(
  run: CompareRun,
  table: KeyedTable,
  resumed: TableProgress | undefined,
  onRange: (progress: TableProgress) => Promise<void>,
): Promise<TableResult> {
  const size = new ChunkSize(run.limits.chunkSeconds);
  const cutter = new RangeCutter(run.planner, table, size, resumed?.after);
  const suspicious: SuspiciousRange[] = [...(resumed?.suspicious ?? [])];
  const open: KeyRange[] = [];
  let rows = resumed?.rows ?? 0;

  const compareRanges = async ({ source, target }: Lane) => {
    for (;;) {
      await run.pace.ready();
      const range = await cutter.next();
      if (range === undefined) return;
      open.push(range);
      const startedAt = performance.now();
      // In turn: less of either server is taken from the application, at once.
      const onSource = await readDigest(source, table, range);
      const onTarget = await readDigest(target, table, range);
      size.observe(onSource.rows, (performance.now() - startedAt) / 1000);
      rows += onSource.rows;
      if (onSource.hash !== onTarget.hash || onSource.rows !== onTarget.rows) {
        suspicious.push({ ...range, rows: Math.max(onSource.rows, onTarget.rows) });
      }
      open.splice(open.indexOf(range), 1);
      await onRange({ rows, suspicious, after: open.length > 0 ? open[0]?.after : range.upTo });
    }
  };
  await Promise.all(run.lanes.map(compareRanges));
  return { schema: table.schema, table: table.table, rows, ...(await settle(run, table, suspicious)) };
}

async function settle(
  run: CompareRun,
  table: KeyedTable,
  ranges: readonly SuspiciousRange[],
): Promise<Pick<TableResult, "differences" | "listed" | "undecided">> {
  const { lagTimeoutSeconds, listedRows } = run.limits;
  const listed: TableResult["listed"] = [];
  const undecided: string[] = [];
  let differences = 0;
  for (const range of ranges) {
    await run.pace.ready();
    const settled = await settleRange(run.lanes[0], table, range, range.rows, lagTimeoutSeconds);
    differences += settled.different.length;
    for (const { key, verdict } of settled.different.slice(0, Math.max(0, listedRows - listed.length))) {
      listed.push({ key: showKey(table.key, key), value: key, verdict });
    }
    undecided.push(...settled.undecided.map((key) => showKey(table.key, key)));
  }
  return { differences, listed, undecided };
}
