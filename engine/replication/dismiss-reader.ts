import { z } from "zod";
import { killConnection, type MysqlServer } from "../mysql/index.js";
import type { Progress } from "../operation/index.js";

/** A replica says who it is in a user variable of the connection by which it reads; measured on MySQL 9.7.4. */
const READERS_OF = `
  SELECT t.PROCESSLIST_ID AS id
    FROM performance_schema.threads t JOIN performance_schema.user_variables_by_thread v USING (THREAD_ID)
   WHERE t.PROCESSLIST_COMMAND LIKE 'Binlog Dump%' AND v.VARIABLE_NAME = 'replica_uuid'
     AND CONVERT(v.VARIABLE_VALUE USING utf8mb4) = ?`;
const idRow = z.object({ id: z.coerce.number() });

/**
 * Ends the connections by which a replica has read this server's binary log. A server finds out that a reader is gone
 * only when it has something to send, and where the reader's network went with it, in a pod, only after minutes; for so
 * long it lists the replica.
 */
export async function dismissReader(server: MysqlServer, replicaUuid: string, progress: Progress): Promise<void> {
  for (const { id } of await server.query(READERS_OF, [replicaUuid], idRow)) {
    progress(`${server.label}: KILL ${id} (by which the replica that was stopped has read the binary log)`);
    await killConnection(server, id);
  }
}
