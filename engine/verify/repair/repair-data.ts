import { z } from "zod";
import {
  ADMIN_SCHEMA,
  type ConnectionOptions,
  errnoOf,
  MysqlServer,
  quoteIdentifier,
  withoutBinlog,
} from "../mysql/index.js";
import { FerryError, messageOf, type Progress } from "../operation/index.js";
import { chooseKey, readTableShapes, tableId } from "../tables/index.js";
import type { TableResult } from "./checkpoint.js";
import { awaitPosition } from "./position.js";
import { assertMayRepair } from "./privileges.js";
import { HELD_ROWS, holdStatements, type RepairBatch, repairBatches, repairStatements } from "./repair-plan.js";
import type { VerificationReport } from "./report.js";
import { DEFAULT_LIMITS, type VerificationRequest } from "./request.js";

/** What can be repaired, and what cannot, with the reason. */
export interface RepairPlan {
  readonly batches: readonly RepairBatch[];
  readonly refused: readonly string[];
}

export interface RepairResult {
  /** Rows that were written through replication. */
  readonly repairedRows: number;
  readonly refused: readonly string[];
}

const triggerRow = z.object({ found: z.coerce.number() });
const modeRow = z.object({ mode: z.string() });

/** What would be done about the differing rows of a report. Writes nothing. */
export async function planRepair(source: MysqlServer, report: VerificationReport): Promise<RepairPlan> {
  const shapes = new Map((await readTableShapes(source, [ADMIN_SCHEMA])).map((shape) => [tableId(shape), shape]));
  const batches: RepairBatch[] = [];
  const refused: string[] = report.objects.map(
    ({ name }) => `${name}: repairs are for rows; change it yourself on the primary`,
  );
  for (const result of report.tables.filter((table) => table.differences > 0 || table.problem !== undefined)) {
    const id = tableId(result);
    const shape = shapes.get(id);
    const key = shape && chooseKey(shape.keys);
    const obstacle = await findObstacle(source, result, key !== undefined);
    if (obstacle !== undefined) refused.push(`${id}: ${obstacle}`);
    else if (shape !== undefined && key !== undefined) batches.push(...repairBatches({ ...shape, key }, result.listed));
    if (result.listed.length < result.differences) {
      refused.push(`${id}: ${result.differences - result.listed.length} more rows than were listed; run again`);
    }
  }
  return { batches, refused };
}

/** The plan's statements as they will run. */
export function describeRepair({ batches, refused }: RepairPlan): string[] {
  return [
    ...(batches.length === 0
      ? []
      : ["target: SET GLOBAL replica_exec_mode = 'IDEMPOTENT', until the repair has arrived"]),
    ...batches.flatMap((batch) => [
      `source: ${batch.kept.length + batch.surplus.length} rows of ${tableId(batch.table)} in one transaction, with foreign_key_checks = 0`,
      ...[...holdStatements(batch), ...repairStatements(batch)].map((sql) => `  ${sql}`),
    ]),
    ...refused.map((line) => `not repaired: ${line}`),
  ];
}

/**
 * Makes the target's differing rows those of the source, through replication: transactions on the source that leave its
 * rows as they are. For as long as they take to arrive, the target passes over rows that are missing or there already.
 */
export async function repairData(
  request: VerificationRequest,
  report: VerificationReport,
  progress: Progress,
): Promise<RepairResult> {
  return withServers(request, async (source, target) => {
    const plan = await planRepair(source, report);
    for (const line of describeRepair(plan)) progress(line);
    if (plan.batches.length === 0) return { repairedRows: 0, refused: plan.refused };
    await assertMayRepair(source, plan.batches);
    const refused = [...plan.refused];
    let repairedRows = 0;
    await setExecMode(target, "IDEMPOTENT");
    try {
      await makeRoom(source);
      await prepareSession(source);
      for (const batch of plan.batches) {
        const problem = await runBatch(source, batch);
        if (problem === undefined) repairedRows += batch.kept.length + batch.surplus.length;
        else refused.push(`${tableId(batch.table)}: ${problem}`);
      }
      await awaitPosition(source, target, { ...DEFAULT_LIMITS, ...request.limits }.lagTimeoutSeconds);
    } finally {
      await setExecMode(target, "STRICT");
    }
    return { repairedRows, refused };
  });
}

/** The plan of a repair for people, without running it. */
export function showRepair(request: VerificationRequest, report: VerificationReport): Promise<string[]> {
  return withServers(request, async (source) => describeRepair(await planRepair(source, report)));
}

async function findObstacle(source: MysqlServer, result: TableResult, hasKey: boolean): Promise<string | undefined> {
  if (result.problem !== undefined) return `${result.problem}; restore the target again`;
  if (!hasKey) return "it has no unique key by which its rows could be told apart; restore the target again";
  const { found } = await source.queryOne(
    "SELECT COUNT(*) AS found FROM information_schema.TRIGGERS WHERE EVENT_OBJECT_SCHEMA = ? AND EVENT_OBJECT_TABLE = ? AND EVENT_MANIPULATION IN ('INSERT', 'DELETE')",
    [result.schema, result.table],
    triggerRow,
  );
  return found === 0 ? undefined : "its triggers would run on the source; restore the target again";
}

async function withServers<T>(
  { source, target }: { readonly source: ConnectionOptions; readonly target: ConnectionOptions },
  work: (source: MysqlServer, target: MysqlServer) => Promise<T>,
): Promise<T> {
  return MysqlServer.with(source, "source", (from) => MysqlServer.with(target, "target", (to) => work(from, to)));
}

/** The temporary tables' schema; a server that was never prepared lacks it. */
async function makeRoom(source: MysqlServer): Promise<void> {
  await withoutBinlog(source, () => source.execute(`CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(ADMIN_SCHEMA)}`));
}

/** Keys are written as they are stored; nothing cascades; a missing default is none to stumble over. */
async function prepareSession(source: MysqlServer): Promise<void> {
  await source.execute(
    "SET SESSION foreign_key_checks = 0, sql_mode = 'NO_AUTO_VALUE_ON_ZERO', time_zone = '+00:00', innodb_lock_wait_timeout = 5",
  );
}

/** What the source said when it refused the batch, which then has changed nothing. */
async function runBatch(source: MysqlServer, batch: RepairBatch): Promise<string | undefined> {
  for (const sql of holdStatements(batch)) await source.execute(sql);
  await source.execute("START TRANSACTION");
  try {
    for (const sql of repairStatements(batch)) await source.execute(sql);
    await source.execute("COMMIT");
    return undefined;
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    await source.execute("ROLLBACK");
    return messageOf(error);
  } finally {
    await source.execute(`DROP TEMPORARY TABLE IF EXISTS ${HELD_ROWS}`);
  }
}

async function setExecMode(target: MysqlServer, mode: "IDEMPOTENT" | "STRICT"): Promise<void> {
  await target.execute("SET GLOBAL replica_exec_mode = ?", [mode]);
  const { mode: seen } = await target.queryOne("SELECT @@GLOBAL.replica_exec_mode AS mode", [], modeRow);
  if (seen === mode) return;
  throw new FerryError({
    failed: "setting replica_exec_mode",
    where: target.label,
    seen,
    wanted: mode,
    next: `SET GLOBAL replica_exec_mode = '${mode}' there`,
  });
}
