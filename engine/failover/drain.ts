import { type ChannelState, changeSourceStatement, describeChannel, readChannel } from "../channel/index.js";
import { GtidSet } from "../gtid/index.js";
import { type MysqlServer, reaches, readExecuted, statement, subtractOn } from "../mysql/index.js";
import { FerryError, inTime } from "../operation/index.js";
import { FENCE_REPLICA, type PlacedMember, readMember } from "../replica-tree/index.js";
import type { Collection } from "./choose.js";
import { type Run, runOn, serverFor } from "./run.js";

const STOP_MILLISECONDS = 30_000;
const LOOK_SECONDS = 1;
const HOPELESS_MILLISECONDS = 10_000;

/** Fences every replica, and stops the receivers of those that nobody can send more: from now on they only apply. */
export async function stopReceivers(
  run: Run,
  replicas: readonly PlacedMember[],
  stopped: readonly PlacedMember[],
): Promise<void> {
  await Promise.all(
    replicas.map(async (replica) => {
      const { name, facts, channel } = replica;
      if (!facts.superReadOnly) await runOn(run, name, FENCE_REPLICA);
      if (channel === undefined || !stopped.includes(replica)) return;
      await stopReceiver(run, name);
      // One that was stopped by hand may still have something to apply.
      if (channel.applier === "OFF" && channel.applierErrors.length === 0) {
        await runOn(run, name, statement("START REPLICA SQL_THREAD FOR CHANNEL ?", run.request.channel));
      }
    }),
  );
}

export async function stopReceiver(run: Run, name: string): Promise<void> {
  const stopping = runOn(run, name, statement("STOP REPLICA IO_THREAD FOR CHANNEL ?", run.request.channel));
  await inTime(stopping, STOP_MILLISECONDS, "stopping the receiver", serverFor(run, name).label);
}

/** Waits until a member has applied what it has received; an applier that stops ends the wait, and so does an abort. */
export function drain(run: Run, name: string, set: string, ended: AbortSignal): Promise<void> {
  return awaitApplied(run, name, set, ended, () => false);
}

async function awaitApplied(
  run: Run,
  name: string,
  set: string,
  ended: AbortSignal,
  isHopeless: (state: ChannelState) => boolean,
): Promise<void> {
  const server = serverFor(run, name);
  const { drainTimeoutSeconds } = run.request.limits;
  const deadline = performance.now() + drainTimeoutSeconds * 1000;
  while (!(await reaches(server, set, LOOK_SECONDS))) {
    ended.throwIfAborted();
    const left = GtidSet.parse(await subtractOn(server, set, await readExecuted(server)));
    const state = await readChannel(server, run.request.channel);
    const isStuck = state === undefined || state.applier !== "ON" || state.applierErrors.length > 0;
    if (isStuck || isHopeless(state) || performance.now() > deadline) {
      throw drainError(server, left, describeChannel(state));
    }
    run.progress(`${server.label}: ${left.count()} transactions left to apply`);
  }
}

/**
 * Tells, look by look, whether a receiver will never get what it lacks: it has given up, or fails to connect for longer than
 * a server that lives takes to answer.
 */
export function receiverJudge(now: () => number = () => performance.now()): (state: ChannelState) => boolean {
  let failingSince: number | undefined;
  return ({ receiver, receiverError }) => {
    failingSince = receiver === "ON" || receiverError === undefined ? undefined : (failingSince ?? now());
    const isFailingLong = failingSince !== undefined && now() - failingSince > HOPELESS_MILLISECONDS;
    return receiver === "OFF" || isFailingLong;
  };
}

function drainError(server: MysqlServer, left: GtidSet, channel: string): FerryError {
  return new FerryError({
    failed: "receiving and applying what the others have",
    where: server.label,
    seen: `${left.count()} transactions are left (${channel})`,
    wanted: "all of them applied, before it becomes the primary or passes them on",
    next: "mend what the channel names, then run again; or choose another member with --to",
  });
}

/**
 * Lets replicas whose receivers were stopped read from another member, e.g. from the candidate while it is still fenced:
 * with semi-synchronous replication its first transaction waits for one of them. Nobody waits until they follow.
 */
export async function pointAt(run: Run, source: string, replicas: readonly PlacedMember[]): Promise<void> {
  const { channel, members } = run.request;
  const end = members[source];
  if (end === undefined) throw new Error(`${source} is no member`);
  await Promise.all(
    replicas.map(async ({ name, facts }) => {
      await runOn(run, name, statement("STOP REPLICA FOR CHANNEL ?", channel));
      await runOn(run, name, changeSourceStatement(channel, end.address, facts.version));
      await runOn(run, name, statement("START REPLICA FOR CHANNEL ?", channel));
    }),
  );
}

/** Lets the candidate replicate from another replica what it lacks. The other has applied it and keeps it. */
export async function collect(
  run: Run,
  candidate: string,
  { from, gtids }: Collection,
  ended: AbortSignal,
): Promise<void> {
  const { channel, members } = run.request;
  const end = members[from];
  if (end === undefined) throw new Error(`${from} is no member`);
  const set = gtids.toString();
  await drain(run, from, set, ended);
  const server = serverFor(run, candidate);
  const { facts } = await readMember(server, candidate, channel);
  run.progress(`${server.label}: collects ${gtids.count()} transactions from ${from}`);
  await runOn(run, candidate, statement("STOP REPLICA FOR CHANNEL ?", channel));
  await runOn(run, candidate, changeSourceStatement(channel, end.address, facts.version));
  await runOn(run, candidate, statement("START REPLICA FOR CHANNEL ?", channel));
  await awaitApplied(run, candidate, set, ended, receiverJudge());
  await runOn(run, candidate, statement("STOP REPLICA IO_THREAD FOR CHANNEL ?", channel));
}
