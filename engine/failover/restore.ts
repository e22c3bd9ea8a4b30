import { readChannel } from "../channel/index.js";
import { statement } from "../mysql/index.js";
import { inTime, messageOf } from "../operation/index.js";
import type { PlacedMember } from "../replica-tree/index.js";
import { pointAt } from "./drain.js";
import { type Run, runOn, serverFor } from "./run.js";

const RESTORE_MILLISECONDS = 30_000;

/**
 * Lets members replicate again from whom they did before a failover that was given up. One that cannot, because it died
 * meanwhile, holds up no other; it is told and nothing more, because why the failover was given up matters more.
 */
export async function restoreReplicas(run: Run, replicas: readonly PlacedMember[]): Promise<void> {
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

async function restore(run: Run, replica: PlacedMember): Promise<void> {
  const { name, source, channel } = replica;
  if (channel === undefined) return;
  const now = await readChannel(serverFor(run, name), run.request.channel);
  const isLedAway = now !== undefined && (now.host !== channel.host || now.port !== channel.port);
  if (isLedAway && source !== undefined) return pointAt(run, source, [replica]);
  await runOn(run, name, statement("START REPLICA FOR CHANNEL ?", run.request.channel));
}
