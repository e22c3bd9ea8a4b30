import { type ConnectionOptions, isUnreachable, MysqlServer, readServerFacts } from "../mysql/index.js";
import { FerryError } from "../operation/index.js";
import { readRole } from "./roles.js";

/**
 * Whether a server or its host is needed no more, by the error of an attempt to reach it: nothing answers there, and one
 * of the others, as far as there are any, accepts writes and is the primary by its own journal.
 */
export async function isOutlived(error: unknown, others: readonly (ConnectionOptions | undefined)[]): Promise<boolean> {
  if (!(error instanceof FerryError) || !(isUnreachable(error) || isUnreachable(error.cause))) return false;
  const found = await Promise.all(others.map((other) => other !== undefined && isWritablePrimary(other)));
  return found.includes(true);
}

async function isWritablePrimary(connection: ConnectionOptions): Promise<boolean> {
  try {
    return await MysqlServer.with(connection, "the other server", async (server) => {
      const { uuid, lastEntry } = await readRole(server, "target");
      return lastEntry?.primaryUuid === uuid && !(await readServerFacts(server)).readOnly;
    });
  } catch {
    // It proves nothing then; the error that counts is that of the server itself.
    return false;
  }
}
