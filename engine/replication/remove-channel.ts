import {
  addressOf,
  type ConnectionOptions,
  isNobodyListening,
  MysqlServer,
  showStatement,
  statement,
} from "../mysql/index.js";
import { FerryError, type Progress } from "../operation/index.js";
import { SIDES } from "../topology/index.js";
import { readChannel } from "./channel-state.js";
import type { EndConnections } from "./migration-channel.js";

/**
 * Stops one channel and forgets it, on whichever of the two servers has it; other channels stay. A channel that is gone
 * is success, and so is a server that nobody serves any more: without a server no channel runs.
 */
export async function removeChannel(ends: EndConnections, channel: string, progress: Progress): Promise<void> {
  for (const side of SIDES) await removeChannelOf(side, ends[side].connection, channel, progress);
}

/** The same for one server, whose name is for messages. */
export async function removeChannelOf(
  name: string,
  connection: ConnectionOptions,
  channel: string,
  progress: Progress,
): Promise<void> {
  try {
    await MysqlServer.with(connection, name, (server) => stopAndForget(server, channel, progress));
  } catch (error) {
    if (!(error instanceof FerryError) || !isNobodyListening(error.cause)) throw error;
    progress(`${name} ${addressOf(connection)}: no server listens there, so channel ${channel} does not run`);
  }
}

/** Stops one channel of this server and forgets it, if it has it. */
export async function stopAndForget(server: MysqlServer, channel: string, progress: Progress): Promise<void> {
  if ((await readChannel(server, channel)) === undefined) return;
  for (const verb of ["STOP REPLICA", "RESET REPLICA ALL"]) {
    const step = statement(`${verb} FOR CHANNEL ?`, channel);
    progress(`${server.label}: ${showStatement(step)}`);
    await server.run(step);
  }
}
