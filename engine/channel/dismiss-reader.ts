import { z } from "zod";
import {
  addressOf,
  briefly,
  type ConnectionOptions,
  isNobodyListening,
  killConnection,
  MysqlServer,
} from "../mysql/index.js";
import { FerryError, type Progress } from "../operation/index.js";

/**
 * A replica says who it is in user variables of the connection by which it reads: MySQL 9.7.4 in both, as measured; older
 * versions know only the first.
 */
const READERS_OF = `
  SELECT DISTINCT t.PROCESSLIST_ID AS id
    FROM performance_schema.threads t JOIN performance_schema.user_variables_by_thread v USING (THREAD_ID)
   WHERE t.PROCESSLIST_COMMAND LIKE 'Binlog Dump%' AND v.VARIABLE_NAME IN ('slave_uuid', 'replica_uuid')
     AND CONVERT(v.VARIABLE_VALUE USING utf8mb4) = ?`;
const idRow = z.object({ id: z.coerce.number() });

/**
 * Ends the connections by which a replica has read this server's binary log. A server finds out that a reader is gone
 * only when it has something to send, and where the reader's network went with it, in a pod, only after minutes; for so
 * long it lists the replica. A courtesy: what keeps it from being done is reported and no error.
 */
export async function dismissReader(server: MysqlServer, replicaUuid: string, progress: Progress): Promise<void> {
  await asCourtesy(server.label, progress, () => killReaders(server, replicaUuid, progress));
}

/** The same over a connection of its own; a server that nobody serves lists nobody. */
export async function dismissReaderAt(
  connection: ConnectionOptions,
  name: string,
  replicaUuid: string,
  progress: Progress,
): Promise<void> {
  await asCourtesy(`${name} ${addressOf(connection)}`, progress, () =>
    MysqlServer.with(connection, name, (server) => killReaders(server, replicaUuid, progress)),
  );
}

async function killReaders(server: MysqlServer, replicaUuid: string, progress: Progress): Promise<void> {
  for (const { id } of await server.query(READERS_OF, [replicaUuid], idRow)) {
    progress(`${server.label}: KILL ${id} (by which the replica that was stopped has read the binary log)`);
    await killConnection(server, id);
  }
}

async function asCourtesy(label: string, progress: Progress, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof FerryError && isNobodyListening(error.cause)) return;
    progress(`${label}: goes on listing the replica until it has something to send: ${briefly(error)}`);
  }
}
