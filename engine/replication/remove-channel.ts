import {
  addressOf,
  type ConnectionOptions,
  isNobodyListening,
  MysqlServer,
  showStatement,
  statement,
} from "../mysql/index.js";
import { FerryError, type Progress } from "../operation/index.js";
import { readChannel } from "./channel-state.js";

/**
 * Stops one channel and forgets it; other channels stay. A channel that is gone is success, and so is a target that
 * nobody serves any more: without a server no channel runs.
 */
export async function removeChannel(to: ConnectionOptions, channel: string, progress: Progress): Promise<void> {
  try {
    await stopAndForget(to, channel, progress);
  } catch (error) {
    if (!(error instanceof FerryError) || !isNobodyListening(error.cause)) throw error;
    progress(`target ${addressOf(to)}: no server listens there, so channel ${channel} does not run`);
  }
}

async function stopAndForget(to: ConnectionOptions, channel: string, progress: Progress): Promise<void> {
  await MysqlServer.with(to, "target", async (replica) => {
    if ((await readChannel(replica, channel)) === undefined) return;
    for (const verb of ["STOP REPLICA", "RESET REPLICA ALL"]) {
      const step = statement(`${verb} FOR CHANNEL ?`, channel);
      progress(`${replica.label}: ${showStatement(step)}`);
      await replica.run(step);
    }
  });
}
