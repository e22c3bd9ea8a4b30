import { createHash } from "node:crypto";
import { z } from "zod";
import { ADMIN_SCHEMA, MysqlServer, StatementError, showTable } from "../mysql/index.js";
import type { Progress } from "../operation/index.js";
import { chooseKey, readTableShapes, type TableShape } from "../tables/index.js";
import { CheckpointStore } from "./checkpoint-store.js";
import { compareObjects, type ObjectComparison } from "./objects/compare-objects.js";
import { compareCounters } from "./objects/counters.js";
import { listForeignTables } from "./objects/foreign-tables.js";
import { compareHistograms } from "./objects/histograms.js";
import { type ObjectName, objectKey, parseObject, showObject } from "./objects/object-name.js";
import { Pace } from "./pace.js";
import { assertSeesAll } from "./privileges.js";
import { isEqual, type VerificationReport } from "./report.js";
import { assertKnown, DEFAULT_LIMITS, isChosen, type VerificationRequest } from "./request.js";
import { compareTables } from "./rows/compare-tables.js";
import { type Lane, openSessions } from "./sessions.js";
import { recordVerification } from "./verification-record.js";

/** Its tables belong to each server by itself. */
const HIDDEN_SCHEMAS = [ADMIN_SCHEMA];
const identityRow = z.object({ uuid: z.string(), version: z.string(), machine: z.string() });

/**
 * Compares what two live servers have while the primary is written to: rows, and with `objects` definitions, accounts and
 * grants too. Writes nothing to either, but the primary's own record of it. Differences are no error: the report has
 * them.
 */
export async function verifyData(
  request: VerificationRequest,
  progress: Progress,
  options: { readonly objects: boolean } = { objects: true },
): Promise<VerificationReport> {
  const begin = performance.now();
  const ignored = (request.ignoredObjects ?? []).map(parseObject);
  const limits = { ...DEFAULT_LIMITS, ...request.limits };
  const sessions = await openSessions(request.primary, request.replica, limits);
  const { lanes, planner, watcher } = sessions;
  const [lane] = lanes;
  const pace = new Pace(watcher, limits, progress);
  try {
    await Promise.all([assertSeesAll(lane.primary), assertSeesAll(lane.replica)]);
    const [one, other] = [await readIdentity(lane.primary), await readIdentity(lane.replica)];
    const name = fingerprint([one.uuid, other.uuid, request.tables ?? []]);
    const store = await CheckpointStore.open(request.checkpointFile, name, new Date().toISOString(), progress);
    const isSimultaneous = limits.simultaneous ?? one.machine !== other.machine;
    const run = { lanes, planner, pace, limits, isSimultaneous };
    const compared = await compareTables(run, request.tables, HIDDEN_SCHEMAS, store, progress).catch(
      async (error: unknown) => {
        await store.flush();
        throw error;
      },
    );
    const isSameRelease = one.version === other.version;
    const found = options.objects ? await compareOthers(lane, isSameRelease) : { differences: [], notes: [] };
    const { differences: objects, notes } = withoutIgnored(found, ignored);
    await store.remove();
    const report: VerificationReport = {
      startedAt: store.startedAt,
      seconds: Math.round(performance.now() - begin) / 1000,
      primary: { name: request.primary.name, uuid: one.uuid },
      replica: { name: request.replica.name, uuid: other.uuid },
      scope: options.objects ? "everything" : "rows",
      isWhole: request.tables === undefined,
      tables: store.results,
      rows: store.results.reduce((sum, { rows }) => sum + rows, 0),
      bytes: compared.bytes,
      objects,
      notes: [...compared.notes, ...notes],
      equal: isEqual(store.results, objects),
    };
    const unrecorded = await tryRecording(lane, report);
    return unrecorded === undefined ? report : { ...report, notes: [...report.notes, unrecorded] };
  } finally {
    await pace.stop();
    await sessions.close();
  }
}

/** Why the primary could not remember the comparison, which is what it is without that. */
async function tryRecording({ primary }: Lane, report: VerificationReport): Promise<string | undefined> {
  try {
    await recordVerification(primary, report);
    return undefined;
  } catch (error) {
    if (!(error instanceof StatementError)) throw error;
    return `the result is not kept in the primary: ${error.message}`;
  }
}

/** Compares rows only. */
export function verifyTables(request: VerificationRequest, progress: Progress): Promise<VerificationReport> {
  return verifyData(request, progress, { objects: false });
}

/** What `verifyData` would compare, a line each. */
export async function planVerification({ primary, tables }: VerificationRequest): Promise<string[]> {
  return MysqlServer.with(primary.connection, primary.name, async (server) => {
    const shapes = await readTableShapes(server, HIDDEN_SCHEMAS);
    assertKnown(tables, shapes);
    const chosen = shapes.filter((shape) => isChosen(shape, tables));
    return [...chosen.map(describeTable), "schema objects, accounts and grants"];
  });
}

function describeTable(table: TableShape): string {
  const key = chooseKey(table.keys);
  const how =
    key === undefined
      ? "full scan (no primary or unique key)"
      : `chunked reads by ${key.columns.map(({ name }) => name).join(", ")}`;
  return `${showTable(table)}: about ${table.rows.toLocaleString("en")} rows, ${how}`;
}

async function compareOthers(lane: Lane, isSameRelease: boolean): Promise<ObjectComparison> {
  const { differences, notes } = await compareObjects(lane, { isSameRelease }, HIDDEN_SCHEMAS);
  return {
    differences,
    notes: [
      ...notes,
      ...(await compareCounters(lane, HIDDEN_SCHEMAS)),
      ...(await compareHistograms(lane, HIDDEN_SCHEMAS)),
      ...(await listForeignTables(lane)),
    ],
  };
}

/** What is ignored is said, and so is what is ignored for nothing: a name that is written wrong would hide there. */
function withoutIgnored(found: ObjectComparison, ignored: readonly ObjectName[]): ObjectComparison {
  const names = new Set(ignored.map(objectKey));
  const hit = new Set(found.differences.map(objectKey).filter((key) => names.has(key)));
  const notes = ignored.map((name) =>
    hit.has(objectKey(name))
      ? `${showObject(name)}: differs, and is ignored`
      : `${showObject(name)}: ignored, and does not differ`,
  );
  return {
    differences: found.differences.filter((difference) => !names.has(objectKey(difference))),
    notes: [...found.notes, ...notes],
  };
}

async function readIdentity(server: MysqlServer) {
  return server.queryOne("SELECT @@server_uuid AS uuid, @@version AS version, @@hostname AS machine", [], identityRow);
}

function fingerprint(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}
