import { changeSourceStatement, readChannel } from "../channel/index.js";
import { FENCE } from "../fence/index.js";
import { type Statement, statement } from "../mysql/index.js";
import { inTime, messageOf } from "../operation/index.js";
import { type MemberState, serverFor } from "../topology/index.js";
import { type FailoverRun, runOn } from "./run.js";

const STOP_MILLISECONDS = 30_000;
const RESTORE_MILLISECONDS = 30_000;

/** What fences a replica, and stops its receiver where nobody can send it more: from now on it only applies. */
export function stopStatements(
  { facts, channel }: MemberState,
  isStopped: boolean,
  name: string,
): readonly Statement[] {
  const fence = facts.superReadOnly ? [] : [FENCE];
  if (channel === undefined || !isStopped) return fence;
  // One that was stopped by hand may still have something to apply.
  const isIdle = channel.applier === "OFF" && channel.applierErrors.length === 0;
  return [
    ...fence,
    statement("STOP REPLICA IO_THREAD FOR CHANNEL ?", name),
    ...(isIdle ? [statement("START REPLICA SQL_THREAD FOR CHANNEL ?", name)] : []),
  ];
}

export async function stopReceivers(
  run: FailoverRun,
  replicas: readonly MemberState[],
  stopped: readonly MemberState[],
): Promise<void> {
  await Promise.all(
    replicas.map(async (replica) => {
      const { name, label } = replica;
      for (const one of stopStatements(replica, stopped.includes(replica), run.topology.channel)) {
        await inTime(runOn(run, name, one), STOP_MILLISECONDS, "stopping the receiver", label);
      }
    }),
  );
}

export async function stopReceiver(run: FailoverRun, name: string): Promise<void> {
  const stopping = runOn(run, name, statement("STOP REPLICA IO_THREAD FOR CHANNEL ?", run.topology.channel));
  await inTime(stopping, STOP_MILLISECONDS, "stopping the receiver", serverFor(run.members, name).label);
}

/**
 * Lets replicas whose receivers were stopped read from another member, e.g. from the candidate while it is still fenced:
 * with semi-synchronous replication its first transaction waits for one of them. Nobody waits until they follow.
 */
export async function pointAt(
  run: FailoverRun,
  source: string,
  replicas: readonly Pick<MemberState, "name" | "facts">[],
): Promise<void> {
  const { channel, members } = run.topology;
  const address = members[source]?.address;
  if (address === undefined) throw new Error(`no address of ${source}`);
  await Promise.all(
    replicas.map(async ({ name, facts }) => {
      await runOn(run, name, statement("STOP REPLICA FOR CHANNEL ?", channel));
      await runOn(run, name, changeSourceStatement(channel, address, facts.version));
      await runOn(run, name, statement("START REPLICA FOR CHANNEL ?", channel));
    }),
  );
}

/**
 * Lets members replicate again from whom they did before a failover that was given up. One that cannot, because it died
 * meanwhile, holds up no other; it is told and nothing more, because why the failover was given up matters more.
 */
export async function restoreReplicas(run: FailoverRun, replicas: readonly MemberState[]): Promise<void> {
  await Promise.all(
    replicas.map(async (replica) => {
      try {
        await inTime(restore(run, replica), RESTORE_MILLISECONDS, "replicating as before", replica.label);
      } catch (error) {
        run.progress(`${replica.label}: does not replicate as before: ${messageOf(error)}`);
      }
    }),
  );
}

async function restore(run: FailoverRun, replica: MemberState): Promise<void> {
  const { name, source, channel } = replica;
  if (channel === undefined) return;
  const now = await readChannel(serverFor(run.members, name), run.topology.channel);
  const isLedAway = now !== undefined && (now.host !== channel.host || now.port !== channel.port);
  if (isLedAway && source !== undefined) return pointAt(run, source, [replica]);
  await runOn(run, name, statement("START REPLICA FOR CHANNEL ?", run.topology.channel));
}
