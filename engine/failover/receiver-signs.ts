import { z } from "zod";
import type { MysqlServer } from "../mysql/index.js";
import type { ReceiverSigns } from "./confirm-dead.js";

const signsRow = z.object({
  receiver: z.enum(["ON", "OFF", "CONNECTING"]),
  errno: z.number(),
  silentSeconds: z.coerce.number().nullable(),
  heartbeatSeconds: z.coerce.number(),
});

// A time that was never is 0000-00-00, from which TIMESTAMPDIFF gives NULL. All times are the replica's own.
const SIGNS_SQL = `
  SELECT s.SERVICE_STATE AS receiver, s.LAST_ERROR_NUMBER AS errno,
    TIMESTAMPDIFF(MICROSECOND, GREATEST(s.LAST_HEARTBEAT_TIMESTAMP, s.LAST_QUEUED_TRANSACTION_END_QUEUE_TIMESTAMP,
      s.QUEUEING_TRANSACTION_START_QUEUE_TIMESTAMP), NOW(6)) / 1000000 AS silentSeconds,
    c.HEARTBEAT_INTERVAL AS heartbeatSeconds
  FROM performance_schema.replication_connection_status s
  JOIN performance_schema.replication_connection_configuration c USING (CHANNEL_NAME) WHERE s.CHANNEL_NAME = ?`;

/** What a replica's receiver shows of its source; undefined when there is no such channel. */
export async function readSigns(replica: MysqlServer, channel: string): Promise<ReceiverSigns | undefined> {
  return (await replica.query(SIGNS_SQL, [channel], signsRow))[0];
}
