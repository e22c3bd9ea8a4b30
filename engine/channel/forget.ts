import { type MysqlServer, showStatement, statement } from "../mysql/index.js";
import type { Progress } from "../operation/index.js";
import { readChannel } from "./state.js";

/** Stops one channel of this server and forgets it; whether it had it. */
export async function stopAndForget(server: MysqlServer, channel: string, progress: Progress): Promise<boolean> {
  if ((await readChannel(server, channel)) === undefined) return false;
  for (const verb of ["STOP REPLICA", "RESET REPLICA ALL"]) {
    const step = statement(`${verb} FOR CHANNEL ?`, channel);
    progress(`${server.label}: ${showStatement(step)}`);
    await server.run(step);
  }
  return true;
}
