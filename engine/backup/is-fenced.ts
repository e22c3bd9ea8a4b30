import { type ConnectionOptions, isNobodyListening, MysqlServer, readServerFacts } from "../mysql/index.js";
import { FerryError } from "../operation/index.js";

/** Whether a source is the primary no more, or is not there any more: then there is nothing to back up. */
export async function isFenced(source: ConnectionOptions): Promise<boolean> {
  try {
    return await MysqlServer.with(source, "source", async (server) => (await readServerFacts(server)).superReadOnly);
  } catch (error) {
    if (error instanceof FerryError && isNobodyListening(error.cause)) return true;
    throw error;
  }
}
