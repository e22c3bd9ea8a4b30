import { errnoOf } from "../mysql/index.js";
import type { Progress } from "../operation/index.js";
import { chooseKey, readTableShapes, type TableShape, tableId } from "../tables/index.js";
import type { TableResult } from "./checkpoint.js";
import type { CheckpointStore } from "./checkpoint-store.js";
import { type CompareRun, compareKeyedTable } from "./compare-table.js";
import { compareWholeTable } from "./compare-whole-table.js";
import { awaitPosition } from "./position.js";
import { RateReport } from "./rate-report.js";
import { chooseTables } from "./request.js";

/** The tables of both servers, by name. */
interface Shapes {
  readonly source: ReadonlyMap<string, TableShape>;
  readonly target: ReadonlyMap<string, TableShape>;
}

const DDL_ROUNDS = 3;
/** A table, column or index that is gone, a definition that changed: DDL came between two looks. */
const CHANGED_BY_DDL = new Set([1146, 1054, 1176, 1412]);

/** Compares the rows of all wanted tables but those that `store` has from an earlier run. */
export async function compareTables(
  run: CompareRun,
  wanted: readonly string[] | undefined,
  hidden: readonly string[],
  store: CheckpointStore,
  progress: Progress,
): Promise<{ readonly rows: number; readonly bytes: number }> {
  let shapes = await readShapes(run, hidden);
  const chosen = chooseTables([...shapes.source.values()], wanted);
  const surplus =
    wanted === undefined ? [...shapes.target.values()].filter((one) => !shapes.source.has(tableId(one))) : [];
  const rate = new RateReport(chosen, progress);
  for (const { schema, table } of [...chosen, ...surplus]) {
    const id = tableId({ schema, table });
    for (let round = 1; !store.has({ schema, table }); round += 1) {
      try {
        await store.add(await compareTable(run, shapes, { schema, table }, store, rate));
      } catch (error) {
        if (round === DDL_ROUNDS || !CHANGED_BY_DDL.has(errnoOf(error) ?? 0)) throw error;
        shapes = await readShapes(run, hidden);
        store.forgetProgress();
        if (!shapes.source.has(id) && !shapes.target.has(id)) break;
      }
    }
    rate.finishTable(id);
  }
  return {
    rows: store.results.reduce((sum, { rows }) => sum + rows, 0),
    bytes: chosen.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

async function compareTable(
  run: CompareRun,
  shapes: Shapes,
  name: Pick<TableShape, "schema" | "table">,
  store: CheckpointStore,
  rate: RateReport,
): Promise<TableResult> {
  const id = tableId(name);
  const [shape, onTarget] = [shapes.source.get(id), shapes.target.get(id)];
  const problem = describeMismatch(shape, onTarget);
  if (shape === undefined || problem !== undefined) {
    return {
      ...name,
      rows: 0,
      differences: 0,
      listed: [],
      undecided: [],
      ...(problem === undefined ? {} : { problem }),
    };
  }
  const key = chooseKey(shape.keys);
  if (key === undefined) return compareWholeTable(run.lanes[0], shape, run.limits.lagTimeoutSeconds);
  return compareKeyedTable(run, { ...shape, key }, store.progressOf(id), async (progress) => {
    rate.count(id, progress.rows);
    await store.save({ table: id, ...progress });
  });
}

function describeMismatch(source: TableShape | undefined, target: TableShape | undefined): string | undefined {
  if (target === undefined) return "it is missing on the target";
  if (source === undefined) return "it is only on the target";
  const definition = ({ columns, keys }: TableShape) => JSON.stringify({ columns, keys });
  if (definition(source) === definition(target)) return undefined;
  return "its columns or keys are defined otherwise on the target, so its rows were not compared";
}

async function readShapes(run: CompareRun, hidden: readonly string[]): Promise<Shapes> {
  const { source, target } = run.lanes[0];
  const byName = (shapes: readonly TableShape[]) => new Map(shapes.map((shape) => [tableId(shape), shape]));
  const onSource = byName(await readTableShapes(source, hidden));
  await awaitPosition(source, target, run.limits.lagTimeoutSeconds);
  return { source: onSource, target: byName(await readTableShapes(target, hidden)) };
}
