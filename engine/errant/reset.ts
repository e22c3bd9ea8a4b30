import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { describeChannel, isReplicating, readChannel, readChannels, receiverRefusal } from "../channel/index.js";
import { formatGtidSet, GtidSet } from "../gtid/index.js";
import {
  type MysqlServer,
  readExecuted,
  readServerFacts,
  readVariables,
  type ServerFacts,
  type Statement,
  showStatement,
  statement,
  statementsFor,
} from "../mysql/index.js";
import { assertNoBlockers, FerryError, type Progress, waitUntil } from "../operation/index.js";
import { decideReset } from "./reset-decision.js";
import { checkReset } from "./reset-findings.js";
import { type ResetRecord, readResetRecord, removeResetRecord, writeResetRecord } from "./reset-record.js";

export interface ResetRequest {
  /** GTIDs to be taken out of the history: only ones that the source does not have. */
  readonly errant: GtidSet;
  /** How long each channel may take to stop, and to run again. @default 30 */
  readonly timeoutSeconds?: number;
}

const countRow = z.object({ found: z.coerce.number() });
const dumpRow = z.object({ id: z.coerce.number(), user: z.string().nullable(), host: z.string().nullable() });

const PERSIST_SKIP_START = statement("SET PERSIST_ONLY skip_replica_start = ON");
const FORGET_SKIP_START = statement("RESET PERSIST IF EXISTS skip_replica_start");
const RESET_TRIES = 3;
const DOWNSTREAM_MILLISECONDS = 2000;

/** The statements of a reset as it would run now, for people. */
export async function planReset(replica: MysqlServer, { errant }: ResetRequest): Promise<Statement[]> {
  const facts = await readServerFacts(replica);
  const record = (await readResetRecord(replica)) ?? (await newRecord(replica, errant));
  const clean = record.sets?.clean ?? cleanOf(facts.gtidExecuted, record);
  return [
    ...(record.persistedSkipStart ? [PERSIST_SKIP_START] : []),
    ...(await runningChannels(replica)).map((channel) => statement("STOP REPLICA FOR CHANNEL ?", channel)),
    statement(statementsFor(facts.version).resetBinaryLogsAndGtids),
    statement("SET GLOBAL gtid_purged = ?", clean),
    ...(record.persistedSkipStart ? [FORGET_SKIP_START] : []),
    ...record.channels.map((channel) => statement("START REPLICA FOR CHANNEL ?", channel)),
  ];
}

/**
 * Takes GTIDs out of a replica's history, which deletes its binary logs. What it is going to do is stored in the
 * replica first; a run that finds such a record completes it, whatever it is asked for, before anything else. No channel
 * is started unless gtid_executed is the clean set. Needs a connection opened for batches.
 */
export async function resetHistory(replica: MysqlServer, request: ResetRequest, progress: Progress): Promise<void> {
  const timeoutSeconds = request.timeoutSeconds ?? 30;
  await replica.acquireLock(timeoutSeconds);
  const begun = await readResetRecord(replica);
  if (begun !== undefined) {
    progress(`${replica.label}: completing a reset that was begun before`);
    await complete(replica, begun, timeoutSeconds, progress);
  }
  const executed = GtidSet.parse(await readExecuted(replica));
  if (executed.intersect(request.errant).isEmpty()) return;
  await refuseReset(replica);
  const record = await newRecord(replica, executed.intersect(request.errant));
  await writeResetRecord(replica, record);
  await complete(replica, record, timeoutSeconds, progress);
}

async function complete(
  replica: MysqlServer,
  begun: ResetRecord,
  timeoutSeconds: number,
  progress: Progress,
): Promise<void> {
  const facts = await readServerFacts(replica);
  if (decideReset(begun, facts.gtidExecuted, facts.serverUuid) !== "finish") {
    if (begun.persistedSkipStart) await run(replica, PERSIST_SKIP_START, progress);
    await stopChannels(replica, timeoutSeconds, progress);
    await refuseReset(replica);
    const record = await cleanHistory(replica, begun, facts, progress);
    await writeResetRecord(replica, { ...record, isClean: true });
  }
  await finish(replica, begun, timeoutSeconds, progress);
}

/** Leads from any state between the old history and the clean one to the clean one, with the channels stopped. */
async function cleanHistory(
  replica: MysqlServer,
  begun: ResetRecord,
  facts: ServerFacts,
  progress: Progress,
): Promise<ResetRecord> {
  const reset = statement(statementsFor(facts.version).resetBinaryLogsAndGtids);
  let record = begun;
  for (let resets = 0; resets <= RESET_TRIES; ) {
    const executed = await readExecuted(replica);
    switch (decideReset(record, executed, facts.serverUuid)) {
      case "compute":
        record = { ...record, sets: { before: executed, clean: cleanOf(executed, record) } };
        await writeResetRecord(replica, record);
        await run(replica, reset, progress);
        resets += 1;
        break;
      case "reset":
        await run(replica, reset, progress);
        resets += 1;
        break;
      case "purge":
        await run(replica, statement("SET GLOBAL gtid_purged = ?", record.sets?.clean ?? ""), progress);
        break;
      case "finish":
        if (record.sets !== undefined && isSameSet(executed, record.sets.clean)) return record;
        throw wrongHistory(replica, executed, record);
      case "lost":
        throw wrongHistory(replica, executed, record);
    }
  }
  throw wrongHistory(replica, await readExecuted(replica), record);
}

async function finish(
  replica: MysqlServer,
  record: ResetRecord,
  timeoutSeconds: number,
  progress: Progress,
): Promise<void> {
  if (record.persistedSkipStart) await run(replica, FORGET_SKIP_START, progress);
  for (const channel of record.channels) {
    const state = await readChannel(replica, channel);
    if (state === undefined || isReplicating(state)) continue;
    await run(replica, statement("START REPLICA FOR CHANNEL ?", channel), progress);
  }
  await removeResetRecord(replica);
  for (const channel of record.channels) await awaitChannel(replica, channel, timeoutSeconds, progress);
}

async function newRecord(replica: MysqlServer, errant: GtidSet): Promise<ResetRecord> {
  const variables = await readVariables(replica, ["skip_replica_start"]);
  const { found } = await replica.queryOne(
    "SELECT COUNT(*) AS found FROM performance_schema.persisted_variables WHERE VARIABLE_NAME = 'skip_replica_start' AND VARIABLE_VALUE = 'ON'",
    [],
    countRow,
  );
  return {
    errant: formatGtidSet(errant),
    channels: await runningChannels(replica),
    persistedSkipStart: variables.get("skip_replica_start") !== "ON" && found === 0,
    sets: undefined,
    isClean: false,
  };
}

async function runningChannels(replica: MysqlServer): Promise<string[]> {
  const channels = await readChannels(replica);
  return channels
    .filter(({ receiver, applier }) => receiver !== "OFF" || applier !== "OFF")
    .map(({ channel }) => channel);
}

async function stopChannels(replica: MysqlServer, timeoutSeconds: number, progress: Progress): Promise<void> {
  for (const channel of await runningChannels(replica)) {
    await run(replica, statement("STOP REPLICA FOR CHANNEL ?", channel), progress);
  }
  const wait = {
    awaited: "all channels stopped",
    where: replica.label,
    next: "see what holds the applier up (SHOW PROCESSLIST), then run again",
    timeoutSeconds,
    intervalSeconds: 0.1,
    progress,
  };
  await waitUntil(wait, async () => {
    const running = await runningChannels(replica);
    return running.length === 0 ? { done: undefined } : { seen: `channel ${running.join(", ")} still runs` };
  });
}

async function awaitChannel(
  replica: MysqlServer,
  channel: string,
  timeoutSeconds: number,
  progress: Progress,
): Promise<void> {
  const where = replica.label;
  const next = "the errant GTIDs are out of its history; repair what stops the channel, then START REPLICA";
  const wait = {
    awaited: `channel ${channel} receives and applies again`,
    where,
    next,
    timeoutSeconds,
    intervalSeconds: 0.1,
    progress,
  };
  await waitUntil(wait, async () => {
    const state = await readChannel(replica, channel);
    // One that was removed meanwhile is nobody's to wait for.
    if (state === undefined || isReplicating(state)) return { done: undefined };
    const seen = describeChannel(state);
    if (receiverRefusal(state) !== undefined || state.applierErrors.length > 0) {
      throw new FerryError({ failed: `starting channel ${channel} again`, where, seen, wanted: wait.awaited, next });
    }
    return { seen };
  });
}

async function refuseReset(replica: MysqlServer): Promise<void> {
  const facts = await readServerFacts(replica);
  const { found } = await replica.queryOne(
    "SELECT COUNT(*) AS found FROM performance_schema.replication_group_members WHERE MEMBER_STATE NOT IN ('OFFLINE', '')",
    [],
    countRow,
  );
  const findings = checkReset(replica.label, {
    readOnly: facts.readOnly,
    gtidMode: facts.gtidMode,
    downstream: await lastingDownstream(replica),
    groupMember: found > 0,
  });
  assertNoBlockers(findings, "taking GTIDs out of the history");
}

/** Who reads the replica's binary logs and goes on doing so: one that has just ended is in the list for a moment. */
async function lastingDownstream(replica: MysqlServer): Promise<string[]> {
  const deadline = Date.now() + DOWNSTREAM_MILLISECONDS;
  for (;;) {
    const dumps = await replica.query(
      "SELECT ID AS id, USER AS user, HOST AS host FROM performance_schema.processlist WHERE COMMAND LIKE 'Binlog Dump%'",
      [],
      dumpRow,
    );
    if (dumps.length === 0 || Date.now() > deadline) {
      return dumps.map(({ id, user, host }) => `${user}@${host} (connection ${id})`);
    }
    await sleep(DOWNSTREAM_MILLISECONDS / 10);
  }
}

async function run(replica: MysqlServer, step: Statement, progress: Progress): Promise<void> {
  progress(`${replica.label}: ${showStatement(step)}`);
  await replica.run(step);
}

function cleanOf(executed: string, { errant }: ResetRecord): string {
  return formatGtidSet(GtidSet.parse(executed).subtract(GtidSet.parse(errant)));
}

function isSameSet(a: string, b: string): boolean {
  return GtidSet.parse(a).equals(GtidSet.parse(b));
}

function wrongHistory(replica: MysqlServer, executed: string, record: ResetRecord): FerryError {
  return new FerryError({
    failed: "taking GTIDs out of the history",
    where: replica.label,
    seen: `gtid_executed is ${executed || "empty"}`,
    wanted: `the clean set ${record.sets?.clean ?? "that was to be computed"}`,
    next: "do not start a channel there: it would apply transactions again; restore this replica from a backup",
  });
}
