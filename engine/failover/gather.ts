import { type ChannelState, describeChannel, readChannel } from "../channel/index.js";
import { GtidSet } from "../gtid/index.js";
import { type MysqlServer, reaches, readExecuted, readServerFacts, statement, subtractOn } from "../mysql/index.js";
import { FerryError } from "../operation/index.js";
import { serverFor } from "../topology/index.js";
import type { Collection } from "./elect.js";
import { pointAt } from "./receivers.js";
import { type FailoverRun, runOn } from "./run.js";

const LOOK_SECONDS = 1;
const HOPELESS_MILLISECONDS = 10_000;

/** Waits until a member has applied what it has received; an applier that stops ends the wait, and so does an abort. */
export function applyRelayLog(run: FailoverRun, name: string, set: string, ended: AbortSignal): Promise<void> {
  return awaitApplied(run, name, set, ended, () => false);
}

async function awaitApplied(
  run: FailoverRun,
  name: string,
  set: string,
  ended: AbortSignal,
  isHopeless: (state: ChannelState) => boolean,
): Promise<void> {
  const server = serverFor(run.members, name);
  const { drainTimeoutSeconds } = run.request.limits;
  const deadline = performance.now() + drainTimeoutSeconds * 1000;
  while (!(await reaches(server, set, LOOK_SECONDS))) {
    ended.throwIfAborted();
    const left = GtidSet.parse(await subtractOn(server, set, await readExecuted(server)));
    const state = await readChannel(server, run.topology.channel);
    const isStuck = state === undefined || state.applier !== "ON" || state.applierErrors.length > 0;
    if (isStuck || isHopeless(state) || performance.now() > deadline) {
      throw notAppliedError(server, left, describeChannel(state));
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

function notAppliedError(server: MysqlServer, left: GtidSet, channel: string): FerryError {
  return new FerryError({
    failed: "receiving and applying what the others have",
    where: server.label,
    seen: `${left.count()} transactions are left (${channel})`,
    wanted: "all of them applied, before it becomes the primary or passes them on",
    next: "fix what the channel names, then run again; or choose another member with --to",
  });
}

/** Lets the candidate replicate from another replica what it lacks. The other has applied it and keeps it. */
export async function gatherMissing(
  run: FailoverRun,
  candidate: string,
  { from, gtids }: Collection,
  ended: AbortSignal,
): Promise<void> {
  const set = gtids.toString();
  await applyRelayLog(run, from, set, ended);
  const server = serverFor(run.members, candidate);
  run.progress(`${server.label}: gathers ${gtids.count()} missing transactions from ${from}`);
  await pointAt(run, from, [{ name: candidate, facts: await readServerFacts(server) }]);
  await awaitApplied(run, candidate, set, ended, receiverJudge());
  await runOn(run, candidate, statement("STOP REPLICA IO_THREAD FOR CHANNEL ?", run.topology.channel));
}
