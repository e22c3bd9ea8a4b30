import { z } from "zod";
import {
  addressOf,
  type ConnectionOptions,
  compareGtidSets,
  type MysqlServer,
  readServerFacts,
  readTakenAccount,
  type ServerFacts,
  showStatement,
  subtractOn,
  takenText,
} from "../mysql/index.js";
import { assertNoBlockers, FerryError, type Progress, waitUntil } from "../operation/index.js";
import { readConflict } from "./conflict.js";
import { describeConflict } from "./conflict-text.js";
import { type ChannelGrounds, checkChannel } from "./findings.js";
import { describeLag, replicationLag } from "./lag.js";
import { channelMatches, planChannel } from "./plan.js";
import { readReceived } from "./received.js";
import { ERRANT_ADVICE, receiverAdvice, receiverRefusal } from "./receiver-advice.js";
import type { ChannelSource } from "./source.js";
import { type ChannelState, describeChannel, isReplicating, readChannels, type ThreadError } from "./state.js";
import { watchReceiverLogs } from "./watch-logs.js";

export interface ChannelDetails {
  /** Channel name on the replica, e.g. `gtid_ferry`. */
  readonly channel: string;
  /** The source as the replica's server reaches it. */
  readonly source: ChannelSource;
  /** The source as mysqlbinlog reaches it from here, to show a transaction that failed. */
  readonly sourceConnection: ConnectionOptions;
  /** Path of mysqlbinlog on this machine. @default the one on PATH */
  readonly mysqlbinlog?: string;
  /** gtid_executed of the replica right after its restore; starting with less would apply transactions twice. */
  readonly restoredGtidSet: string;
  /** How long the channel may take until it receives and applies. */
  readonly startTimeoutSeconds: number;
}

const PASSWORD_MISMATCH = { value: null };
const matchRow = z.object({ value: z.number().nullable() });

/** Where a value of a problem goes on. */
const NEXT_LINE = "\n          ";
const COMPARE = "compare the row named above on both servers; a skipped transaction would leave them different";

/**
 * Looks first, refuses what would lose or repeat transactions, then configures, starts and sees the replica receive and
 * apply. The caller keeps other runs away.
 */
export async function ensureChannelBetween(
  source: MysqlServer,
  replica: MysqlServer,
  request: ChannelDetails,
  progress: Progress,
): Promise<void> {
  const facts = { source: await readServerFacts(source), replica: await readServerFacts(replica) };
  const channels = await readChannels(replica);
  const state = channels.find(({ channel }) => channel === request.channel);
  const passwordMatches = await storedPasswordMatches(replica, request);
  const steps = planChannel({ state, passwordMatches, replicaVersion: facts.replica.version }, request);
  if (steps.length > 0) await refuseStart(source, replica, request, { ...facts, channels }, progress);
  for (const step of steps) {
    progress(`${replica.label}: ${showStatement(step)}`);
    await replica.run(step);
  }
  await awaitReplication(source, replica, request, facts.source, progress);
}

async function refuseStart(
  source: MysqlServer,
  replica: MysqlServer,
  request: ChannelDetails,
  seen: { source: ServerFacts; replica: ServerFacts; channels: readonly ChannelState[] },
  progress: Progress,
): Promise<void> {
  const isComparable = seen.source.gtidMode === "ON" && seen.replica.gtidMode === "ON";
  const grounds: ChannelGrounds = {
    source: seen.source,
    replica: seen.replica,
    otherChannels: seen.channels.map(({ channel }) => channel).filter((channel) => channel !== request.channel),
    errant: isComparable ? (await compareGtidSets(source, replica)).errant : "",
    purgedAndMissing: await subtractOn(replica, seen.source.gtidPurged, seen.replica.gtidExecuted),
    lostSinceRestore: await subtractOn(replica, request.restoredGtidSet, seen.replica.gtidExecuted),
  };
  const findings = checkChannel(replica.label, grounds);
  for (const { severity, server, seen: text } of findings) {
    if (severity === "warning") progress(`warning: ${server}: ${text}`);
  }
  assertNoBlockers(findings, `starting replication channel ${request.channel}`);
}

/** Whether a channel of the replica leads to this source, with the same account, password, TLS and times. */
export async function isConfiguredFor(
  replica: MysqlServer,
  state: ChannelState,
  source: ChannelSource,
): Promise<boolean> {
  return channelMatches(state, source) && storedPasswordMatches(replica, { channel: state.channel, source });
}

async function storedPasswordMatches(
  replica: MysqlServer,
  request: Pick<ChannelDetails, "channel" | "source">,
): Promise<boolean> {
  const rows = await replica.query(
    "SELECT User_password = CAST(? AS CHAR CHARACTER SET utf8mb4) COLLATE utf8mb4_bin AS value FROM mysql.slave_master_info WHERE Channel_name = ?",
    [request.source.password, request.channel],
    matchRow,
  );
  return (rows[0] ?? PASSWORD_MISMATCH).value === 1;
}

/** Waits until transactions of the source demonstrably arrive; an errant transaction by then is an error. */
async function awaitReplication(
  source: MysqlServer,
  replica: MysqlServer,
  request: ChannelDetails,
  sourceAtStart: ServerFacts,
  progress: Progress,
): Promise<void> {
  const appliedAtStart = (await readServerFacts(replica)).gtidExecuted;
  const wait = {
    awaited: `channel ${request.channel} receives and applies`,
    where: replica.label,
    next: `check that the replica reaches ${addressOf(request.source)} and that ${request.source.user} may log in from there`,
    timeoutSeconds: request.startTimeoutSeconds,
    intervalSeconds: 0.1,
    progress,
  };
  const receiver = { channel: request.channel, user: request.source.user };
  const logs = watchReceiverLogs(source, replica, receiver);
  await waitUntil(wait, async () => {
    const state = (await readChannels(replica)).find(({ channel }) => channel === request.channel);
    if (state === undefined || !isReplicating(state)) {
      await failIfHopeless(state, source, replica, request);
      return { seen: `${describeChannel(state)}${await logs(state)}` };
    }
    if (state.sourceUuid !== sourceAtStart.serverUuid) {
      return { seen: `connected to ${state.sourceUuid || "no server yet"} instead of ${sourceAtStart.serverUuid}` };
    }
    const now = (await readServerFacts(replica)).gtidExecuted;
    const behind = await subtractOn(replica, sourceAtStart.gtidExecuted, now);
    const gained = await subtractOn(replica, now, appliedAtStart);
    if (behind === "" || gained !== "") return { done: undefined };
    const { received, delaySeconds } = await readReceived(replica, request.channel);
    // A delayed replica applies nothing for as long as it was told to wait.
    return delaySeconds > 0 && received !== "" ? { done: undefined } : { seen: "connected, but nothing applied yet" };
  });
  const { missing, errant } = await compareGtidSets(source, replica);
  if (errant !== "") throw errantError(request.channel, replica.label, errant);
  const state = (await readChannels(replica)).find(({ channel }) => channel === request.channel);
  if (state !== undefined) {
    const lag = replicationLag(missing, state, (await readServerFacts(replica)).now);
    progress(`${replica.label}: channel ${request.channel} receives and applies, ${describeLag(lag)}`);
  }
}

function errantError(channel: string, where: string, errant: string): FerryError {
  return new FerryError({
    failed: `replicating through channel ${channel}`,
    where,
    seen: `errant transactions ${errant}`,
    wanted: "no transaction on the replica that its source lacks",
    next: ERRANT_ADVICE,
  });
}

async function failIfHopeless(
  state: ChannelState | undefined,
  source: MysqlServer,
  replica: MysqlServer,
  request: ChannelDetails,
): Promise<void> {
  const refusal = state === undefined ? undefined : receiverRefusal(state);
  if (state === undefined || (refusal === undefined && state.applierErrors.length === 0)) return;
  const servers = { source, replica, sourceConnection: request.sourceConnection };
  const conflict =
    refusal === undefined ? await readConflict(servers, request.channel, programOption(request)) : undefined;
  throw new FerryError({
    failed: `starting replication channel ${request.channel}`,
    where: replica.label,
    seen: [
      describeChannel(state),
      ...(conflict === undefined ? [] : describeConflict(conflict)),
      ...(refusal === undefined ? [] : await describeTaken(source, request.source.user, refusal)),
    ].join(NEXT_LINE),
    wanted: `a channel that receives from ${addressOf(request.source)} as ${request.source.user} and applies`,
    next: refusal === undefined ? (conflict?.repairs ?? [COMPARE]).join(NEXT_LINE) : receiverAdvice(refusal),
  });
}

async function describeTaken(source: MysqlServer, user: string, { message }: ThreadError): Promise<string[]> {
  const taken = await readTakenAccount(source, user, message);
  return taken === undefined ? [] : [`${source.label} takes ${takenText(taken, user)}`];
}

function programOption({ mysqlbinlog }: Pick<ChannelDetails, "mysqlbinlog">): { readonly program?: string } {
  return mysqlbinlog === undefined ? {} : { program: mysqlbinlog };
}
