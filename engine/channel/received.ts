import { z } from "zod";
import { compactGtidSet, type MysqlServer } from "../mysql/index.js";

export interface ReceivedTransactions {
  /** GTID set that came through the channel since its relay logs were made, applied or not. */
  readonly received: string;
  /** SOURCE_DELAY: how long it lets transactions wait before it applies them. */
  readonly delaySeconds: number;
}

const row = z.object({ received: z.string().transform(compactGtidSet), delaySeconds: z.coerce.number() });

/** What a channel has received, and how long it waits with it; nothing where there is no such channel. */
export async function readReceived(replica: MysqlServer, channel: string): Promise<ReceivedTransactions> {
  const rows = await replica.query(
    `SELECT s.RECEIVED_TRANSACTION_SET AS received, a.DESIRED_DELAY AS delaySeconds
       FROM performance_schema.replication_connection_status s
       JOIN performance_schema.replication_applier_configuration a USING (CHANNEL_NAME) WHERE s.CHANNEL_NAME = ?`,
    [channel],
    row,
  );
  return rows[0] ?? { received: "", delaySeconds: 0 };
}
