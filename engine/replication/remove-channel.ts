import { z } from "zod";
import { dismissReaderAt, stopAndForget } from "../channel/index.js";
import { addressOf, briefly, type ConnectionOptions, isNobodyListening, MysqlServer } from "../mysql/index.js";
import { FerryError, type Progress } from "../operation/index.js";
import { isSuperseded, type Member } from "../topology/index.js";

const uuidRow = z.object({ uuid: z.string() });

/**
 * Stops one channel on the servers of these names and forgets it, and sees to it that none of the others goes on listing
 * them as replicas; other channels stay. A channel that is gone is success, and so is a server that nobody serves any
 * more: without a server no channel runs. So is one that cannot be reached where another of the servers has taken over.
 */
export async function removeChannel(
  servers: Readonly<Record<string, Pick<Member, "connection">>>,
  names: readonly string[],
  channel: string,
  progress: Progress,
): Promise<void> {
  const onServer = <T>(name: string, work: (server: MysqlServer) => Promise<T>) => {
    const end = servers[name];
    if (end === undefined) return undefined;
    const others = Object.entries(servers).flatMap(([other, { connection }]) => (other === name ? [] : [connection]));
    return whereServed(name, end.connection, others, progress, work);
  };
  for (const name of names) {
    const replicaUuid = await onServer(name, async (server) => {
      if (!(await stopAndForget(server, channel, progress))) return undefined;
      return (await server.queryOne("SELECT @@server_uuid AS uuid", [], uuidRow)).uuid;
    });
    if (replicaUuid === undefined) continue;
    for (const [other, { connection }] of Object.entries(servers)) {
      if (other !== name) await dismissReaderAt(connection, other, replicaUuid, progress);
    }
  }
}

async function whereServed<T>(
  name: string,
  connection: ConnectionOptions,
  others: readonly ConnectionOptions[],
  progress: Progress,
  work: (server: MysqlServer) => Promise<T>,
): Promise<T | undefined> {
  try {
    return await MysqlServer.with(connection, name, work);
  } catch (error) {
    if (error instanceof FerryError && isNobodyListening(error.cause)) {
      progress(`${name} ${addressOf(connection)}: no server listens there, so no channel runs`);
      return undefined;
    }
    if (!(await isSuperseded(error, others))) throw error;
    progress(
      `${briefly(error)}; the primary is another, so this one is left as it is: where it comes back, RESET REPLICA ALL is for you to do`,
    );
    return undefined;
  }
}
