import { z } from "zod";
import { compareGtidSets, subtractOn } from "../errant/index.js";
import { GtidSet } from "../gtid/index.js";
import {
  addressOf,
  type ConnectionOptions,
  MysqlServer,
  readServerFacts,
  type ServerFacts,
  showStatement,
} from "../mysql/index.js";
import { FerryError, PartialFailure, type Progress, waitUntil } from "../operation/index.js";
import { type ChannelGrounds, channelObstacles } from "./channel-obstacles.js";
import { planChannel } from "./channel-plan.js";
import type { ChannelSource } from "./channel-source.js";
import { type ChannelState, describeChannel, isReplicating, readChannels } from "./channel-state.js";
import { type ReplicationLag, replicationLag } from "./lag.js";

export interface ChannelRequest extends ChannelDetails {
  /** The source, for looking at it as an administrator. */
  readonly from: ConnectionOptions;
  /** The target, for configuring the channel as an administrator. */
  readonly to: ConnectionOptions;
}

export interface ChannelDetails {
  /** Channel name on the target, e.g. `gtid_ferry`. */
  readonly channel: string;
  /** The source as the target's server reaches it. */
  readonly source: ChannelSource;
  /** gtid_executed of the target right after its restore; starting with less would apply transactions twice. */
  readonly restoredGtidSet: string;
  /** How long the channel may take until it receives and applies. */
  readonly startTimeoutSeconds: number;
}

/** What is true of a running channel and stays true while it runs. */
export interface ChannelResult {
  readonly sourceUuid: string;
  readonly targetUuid: string;
  readonly running: boolean;
  /** Proven errant transactions; `""` is none. */
  readonly errant: string;
}

const PASSWORD_MISMATCH = { value: null };
const matchRow = z.object({ value: z.number().nullable() });

/** Access denied and unknown authentication: retrying cannot help. */
const HOPELESS_RECEIVER_ERRORS = new Set([1045, 1044, 1130, 1251, 2061, 3118, 13114, 1236]);

/** Looks first, refuses what would lose or repeat transactions, then configures, starts and sees it receive and apply. */
export async function ensureChannel(request: ChannelRequest, progress: Progress): Promise<ChannelResult> {
  return withServers(request, async (source, replica) => {
    await replica.lockOut(request.startTimeoutSeconds);
    return ensureChannelBetween(source, replica, request, progress);
  });
}

/** The same over connections that are open already; the caller keeps other runs away. */
export async function ensureChannelBetween(
  source: MysqlServer,
  replica: MysqlServer,
  request: ChannelDetails,
  progress: Progress,
): Promise<ChannelResult> {
  const facts = { source: await readServerFacts(source), replica: await readServerFacts(replica) };
  const channels = await readChannels(replica);
  const state = channels.find(({ channel }) => channel === request.channel);
  const passwordMatches = await storedPasswordMatches(replica, request);
  const steps = planChannel({ state, passwordMatches, replicaVersion: facts.replica.version }, request);
  const servers = { sourceUuid: facts.source.serverUuid, targetUuid: facts.replica.serverUuid };
  if (steps.length > 0) await refuseObstacles(source, replica, request, { ...facts, channels });
  try {
    for (const step of steps) {
      progress(`${replica.label}: ${showStatement(step)}`);
      await replica.run(step);
    }
    await awaitReplication(source, replica, request, facts.source, progress);
  } catch (error) {
    throw new PartialFailure<ChannelResult>({ ...servers, running: false, errant: "" }, error);
  }
  return { ...servers, running: true, errant: "" };
}

export async function withServers<T>(
  request: Pick<ChannelRequest, "from" | "to">,
  work: (source: MysqlServer, replica: MysqlServer) => Promise<T>,
): Promise<T> {
  return MysqlServer.with(request.from, "source", (source) =>
    MysqlServer.with(request.to, "target", (replica) => work(source, replica)),
  );
}

async function refuseObstacles(
  source: MysqlServer,
  replica: MysqlServer,
  request: ChannelDetails,
  seen: { source: ServerFacts; replica: ServerFacts; channels: readonly ChannelState[] },
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
  const obstacles = channelObstacles(grounds);
  if (obstacles.length === 0) return;
  throw new FerryError({
    failed: `starting replication channel ${request.channel}`,
    where: replica.label,
    seen: obstacles.map(({ seen: text }) => text).join("; "),
    wanted: obstacles.map(({ wanted }) => wanted).join("; "),
    next: obstacles.map(({ next }) => next).join("; "),
  });
}

async function storedPasswordMatches(replica: MysqlServer, request: ChannelDetails): Promise<boolean> {
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
    next: `check that the target reaches ${addressOf(request.source)} and that ${request.source.user} may log in from there`,
    timeoutSeconds: request.startTimeoutSeconds,
  };
  await waitUntil(wait, async () => {
    const state = (await readChannels(replica)).find(({ channel }) => channel === request.channel);
    if (state === undefined || !isReplicating(state)) {
      failIfHopeless(state, replica, request);
      return { seen: describeChannel(state) };
    }
    if (state.sourceUuid !== sourceAtStart.serverUuid) {
      return { seen: `connected to ${state.sourceUuid || "no server yet"} instead of ${sourceAtStart.serverUuid}` };
    }
    const now = (await readServerFacts(replica)).gtidExecuted;
    const behind = await subtractOn(replica, sourceAtStart.gtidExecuted, now);
    const gained = await subtractOn(replica, now, appliedAtStart);
    return behind === "" || gained !== "" ? { done: undefined } : { seen: `connected, but nothing applied yet` };
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
    wanted: "no transaction on the target that the source lacks",
    next: "find out what wrote there (mysqlbinlog on the target); a fresh target is best restored again",
  });
}

function describeLag({ missing, seconds }: ReplicationLag): string {
  if (missing === "") return "caught up";
  const age = seconds === null ? "" : `, ${seconds.toFixed(3)} s`;
  return `behind by ${GtidSet.parse(missing).count()} transactions${age}`;
}

function failIfHopeless(state: ChannelState | undefined, replica: MysqlServer, request: ChannelDetails): void {
  const isReceiverHopeless =
    state?.receiverError !== undefined && HOPELESS_RECEIVER_ERRORS.has(state.receiverError.number);
  if (state === undefined || (!isReceiverHopeless && state.applierErrors.length === 0)) return;
  throw new FerryError({
    failed: `starting replication channel ${request.channel}`,
    where: replica.label,
    seen: describeChannel(state),
    wanted: `a channel that receives from ${addressOf(request.source)} as ${request.source.user} and applies`,
    next: isReceiverHopeless
      ? "check the replication account, its password and host on the source, then run again"
      : "compare the row named above on both servers; a skipped transaction would leave them different",
  });
}
