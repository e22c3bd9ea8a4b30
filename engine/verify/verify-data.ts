import { createHash } from "node:crypto";
import { ADMIN_SCHEMA, MysqlServer } from "../mysql/index.js";
import type { Progress } from "../operation/index.js";
import { chooseKey, orderBy, readTableShapes, type TableShape, tableId } from "../tables/index.js";
import { CheckpointStore } from "./checkpoint-store.js";
import { compareObjects } from "./compare-objects.js";
import { compareTables } from "./compare-tables.js";
import { compareCounters } from "./counters.js";
import { Pace } from "./pace.js";
import { readUuid } from "./position.js";
import { assertSeesAll } from "./privileges.js";
import { isEqual, type VerificationReport } from "./report.js";
import { chooseTables, DEFAULT_LIMITS, type VerificationRequest } from "./request.js";
import { openSessions } from "./sessions.js";

/** Its tables belong to each server by itself. */
const HIDDEN_SCHEMAS = [ADMIN_SCHEMA];

/**
 * Compares what two live servers have while the source is written to: rows, and with `objects` definitions, accounts and
 * grants too. Writes nothing to either. Differences are no error: the report has them.
 */
export async function verifyData(
  request: VerificationRequest,
  progress: Progress,
  options: { readonly objects: boolean } = { objects: true },
): Promise<VerificationReport> {
  const begin = performance.now();
  const limits = { ...DEFAULT_LIMITS, ...request.limits };
  const sessions = await openSessions(request.source, request.target, limits.concurrency);
  const { lanes, planner, watcher } = sessions;
  const { source, target } = lanes[0];
  const pace = new Pace(watcher.source, watcher.target, limits, progress);
  try {
    await Promise.all([assertSeesAll(source), assertSeesAll(target)]);
    const uuids = { sourceUuid: await readUuid(source), targetUuid: await readUuid(target) };
    const name = fingerprint({ ...uuids, tables: request.tables });
    const store = await CheckpointStore.open(request.checkpointFile, name, new Date().toISOString(), progress);
    const run = { lanes, planner, pace, limits };
    const totals = await compareTables(run, request.tables, HIDDEN_SCHEMAS, store, progress);
    const { lagTimeoutSeconds } = limits;
    const found = options.objects ? await compareObjects(source, target, HIDDEN_SCHEMAS, lagTimeoutSeconds) : [];
    const notes = options.objects ? await compareCounters(source, target, HIDDEN_SCHEMAS, lagTimeoutSeconds) : [];
    const objects = found.filter(({ name: object }) => request.ignoredObjects?.includes(object) !== true);
    await store.remove();
    return {
      startedAt: store.startedAt,
      seconds: Math.round(performance.now() - begin) / 1000,
      ...uuids,
      ...totals,
      tables: store.results,
      objects,
      notes,
      equal: isEqual(store.results, objects),
    };
  } finally {
    await pace.stop();
    await sessions.close();
  }
}

/** What `verifyData` would compare, a line each. */
export async function planVerification({ source: options, tables }: VerificationRequest): Promise<string[]> {
  return MysqlServer.with(options, "source", async (source) => {
    const chosen = chooseTables(await readTableShapes(source, HIDDEN_SCHEMAS), tables);
    return [...chosen.map(describeTable), "definitions, accounts and grants"];
  });
}

function describeTable(table: TableShape): string {
  const key = chooseKey(table.keys);
  const by = key === undefined ? "as one whole, because it has no key to cut it by" : `by chunks of ${orderBy(key)}`;
  return `${tableId(table)}: about ${table.rows.toLocaleString("en")} rows, ${by}`;
}

/** Compares rows only. */
export function verifyTables(request: VerificationRequest, progress: Progress): Promise<VerificationReport> {
  return verifyData(request, progress, { objects: false });
}

function fingerprint(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}
