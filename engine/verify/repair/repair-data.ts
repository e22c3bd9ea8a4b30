import { z } from "zod";
import {
  ADMIN_SCHEMA,
  errnoOf,
  MysqlServer,
  quoteIdentifier,
  showTable,
  tableKey,
  withoutBinlog,
} from "../../mysql/index.js";
import { FerryError, messageOf, type Progress } from "../../operation/index.js";
import { chooseKey, type KeyValue, readTableShapes } from "../../tables/index.js";
import type { TableResult } from "../checkpoint.js";
import { describeProblem } from "../describe-problem.js";
import { showObject } from "../objects/object-name.js";
import { awaitPosition } from "../position.js";
import { assertMayRepair } from "../privileges.js";
import type { VerificationReport } from "../report.js";
import { DEFAULT_LIMITS, type VerificationRequest } from "../request.js";
import { type KeyedTable, readRowsByKey } from "../rows/digest.js";
import type { Lane } from "../sessions.js";
import {
  HELD_ROWS,
  holdStatements,
  type RepairBatch,
  repairBatches,
  repairStatements,
  withKeysOfPrimary,
} from "./repair-plan.js";

/** What can be repaired, and what cannot, with the reason and the way out. */
export interface RepairPlan {
  readonly batches: readonly RepairBatch[];
  readonly refused: readonly string[];
}

export interface RepairResult {
  /** Rows that were written through replication. */
  readonly repairedRows: number;
  readonly refused: readonly string[];
}

const triggerRow = z.object({ name: z.string() });
const modeRow = z.object({ mode: z.string() });

/** What would be done about the differing rows of a report. Writes nothing. */
export async function planRepair(primary: MysqlServer, report: VerificationReport): Promise<RepairPlan> {
  const shapes = new Map((await readTableShapes(primary, [ADMIN_SCHEMA])).map((shape) => [tableKey(shape), shape]));
  const batches: RepairBatch[] = [];
  const { name: replica } = report.replica;
  const refused: string[] = report.objects.map(
    (object) =>
      `${showObject(object)}: only rows are repaired; make it on ${replica} what it is on ${report.primary.name}`,
  );
  for (const result of report.tables.filter(({ differences, problem }) => differences > 0 || problem !== undefined)) {
    const shape = shapes.get(tableKey(result));
    const key = shape && chooseKey(shape.keys);
    const obstacle = await findObstacle(primary, result, key !== undefined, report);
    if (obstacle !== undefined) refused.push(`${showTable(result)}: ${obstacle}`);
    else if (shape !== undefined && key !== undefined) {
      batches.push(...(await batchesOf(primary, { ...shape, key }, result)));
      const more = result.differences - result.listed.length;
      if (more > 0 || result.hasMore)
        refused.push(`${showTable(result)}: more rows than were listed; run again for the rest`);
    }
    for (const { what, why } of result.undecided) refused.push(`${showTable(result)} ${what}: undecided: ${why}`);
  }
  return { batches, refused };
}

/** The plan's statements as they will run. */
export function describeRepair({ batches, refused }: RepairPlan, { primary, replica }: VerificationReport): string[] {
  return [
    ...(batches.length === 0
      ? []
      : [`${replica.name}: SET GLOBAL replica_exec_mode = 'IDEMPOTENT', until the repair has arrived`]),
    ...batches.flatMap((batch) => [
      `${primary.name}: ${batch.kept.length + batch.surplus.length} rows of ${showTable(batch.table)} in one transaction, with foreign_key_checks = 0`,
      ...[...holdStatements(batch), ...repairStatements(batch)].map((sql) => `  ${sql}`),
    ]),
    ...refused.map((line) => `not repaired: ${line}`),
  ];
}

/**
 * Makes the replica's differing rows those of the primary, through replication: transactions on the primary that leave
 * its rows as they are. For as long as they take to arrive, the replica passes over rows that are missing or there
 * already.
 */
export async function repairData(
  request: VerificationRequest,
  report: VerificationReport,
  progress: Progress,
): Promise<RepairResult> {
  return withLane(request, async (lane) => {
    const { primary, replica } = lane;
    const plan = await planRepair(primary, report);
    for (const line of describeRepair(plan, report)) progress(line);
    if (plan.batches.length === 0) return { repairedRows: 0, refused: plan.refused };
    await assertMayRepair(primary, plan.batches);
    const refused = [...plan.refused];
    let repairedRows = 0;
    await setExecMode(replica, "IDEMPOTENT");
    try {
      await makeRoom(primary);
      await prepareSession(primary);
      for (const batch of plan.batches) {
        const problem = await runBatch(primary, batch);
        if (problem === undefined) repairedRows += batch.kept.length + batch.surplus.length;
        else refused.push(`${showTable(batch.table)}: ${problem}`);
      }
      await awaitPosition(lane);
    } finally {
      await setExecMode(replica, "STRICT");
    }
    return { repairedRows, refused };
  });
}

/** The plan of a repair for people, without running it. */
export function showRepair(request: VerificationRequest, report: VerificationReport): Promise<string[]> {
  return withLane(request, async ({ primary }) => describeRepair(await planRepair(primary, report), report));
}

async function batchesOf(primary: MysqlServer, table: KeyedTable, { listed }: TableResult): Promise<RepairBatch[]> {
  const batches: RepairBatch[] = [];
  for (const batch of repairBatches(table, listed)) {
    const present = new Map<string, KeyValue>();
    for (const key of batch.surplus) {
      const [row] = await readRowsByKey(primary, table, [key]);
      if (row !== undefined) present.set(JSON.stringify(key), row.key);
    }
    batches.push(withKeysOfPrimary(batch, present));
  }
  return batches;
}

async function findObstacle(
  primary: MysqlServer,
  { schema, table, problem }: TableResult,
  hasKey: boolean,
  { replica }: VerificationReport,
): Promise<string | undefined> {
  const reprovision = `or restore ${replica.name} from a new backup`;
  if (problem?.kind === "copies") {
    return `${describeProblem(problem, replica.name)}; give it a primary key (ALTER TABLE ... ADD COLUMN ... INVISIBLE PRIMARY KEY replicates) and compare again, ${reprovision}`;
  }
  if (problem !== undefined)
    return `${describeProblem(problem, replica.name)}; make the table there what it is on the primary, ${reprovision}`;
  if (!hasKey) return `it has no unique key any more; compare again, ${reprovision}`;
  const triggers = await primary.query(
    "SELECT TRIGGER_NAME AS name FROM information_schema.TRIGGERS WHERE EVENT_OBJECT_SCHEMA = ? AND EVENT_OBJECT_TABLE = ? AND EVENT_MANIPULATION IN ('INSERT', 'DELETE')",
    [schema, table],
    triggerRow,
  );
  if (triggers.length === 0) return undefined;
  const names = triggers.map(({ name }) => name).join(", ");
  return `its triggers on INSERT or DELETE (${names}) would run on the primary; write these rows on ${replica.name} by hand, ${reprovision}`;
}

async function withLane<T>(
  { primary, replica, limits }: VerificationRequest,
  work: (lane: Lane) => Promise<T>,
): Promise<T> {
  const { lagTimeoutSeconds } = { ...DEFAULT_LIMITS, ...limits };
  const from = await MysqlServer.connect(primary.connection, primary.name, { batches: true });
  try {
    return await MysqlServer.with(replica.connection, replica.name, (to) =>
      work({ primary: from, replica: to, lagTimeoutSeconds }),
    );
  } finally {
    await from.close();
  }
}

/** The temporary tables' schema; a server that was never prepared lacks it. */
async function makeRoom(primary: MysqlServer): Promise<void> {
  await withoutBinlog(primary, () => primary.execute(`CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(ADMIN_SCHEMA)}`));
}

/** Keys are written as they are stored; nothing cascades; a missing default is none to stumble over. */
async function prepareSession(primary: MysqlServer): Promise<void> {
  await primary.execute(
    "SET SESSION foreign_key_checks = 0, sql_mode = 'NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES', innodb_lock_wait_timeout = 5",
  );
}

/** What the primary said when it refused the batch, which then has changed nothing. */
async function runBatch(primary: MysqlServer, batch: RepairBatch): Promise<string | undefined> {
  try {
    for (const sql of holdStatements(batch)) await primary.execute(sql);
    await primary.execute("START TRANSACTION");
    for (const sql of repairStatements(batch)) await primary.execute(sql);
    await primary.execute("COMMIT");
    return undefined;
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    await primary.execute("ROLLBACK");
    return messageOf(error);
  } finally {
    await primary.execute(`DROP TEMPORARY TABLE IF EXISTS ${HELD_ROWS}`);
  }
}

async function setExecMode(replica: MysqlServer, mode: "IDEMPOTENT" | "STRICT"): Promise<void> {
  await replica.execute("SET GLOBAL replica_exec_mode = ?", [mode]);
  const { mode: seen } = await replica.queryOne("SELECT @@GLOBAL.replica_exec_mode AS mode", [], modeRow);
  if (seen === mode) return;
  throw new FerryError({
    failed: "setting replica_exec_mode",
    where: replica.label,
    seen,
    wanted: mode,
    next: `SET GLOBAL replica_exec_mode = '${mode}' there`,
  });
}
