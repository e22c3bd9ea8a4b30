import { setTimeout as sleep } from "node:timers/promises";
import { MysqlServer } from "@gtid-ferry/engine/mysql";
import { z } from "zod";
import type { TestMysql } from "../../lab/testing.js";

const INTERVAL_MILLISECONDS = 50;
const lagRow = z.object({ microseconds: z.coerce.number().nullable() });

/** What `work` gives, and how far behind the replica was meanwhile: from commit to commit, in milliseconds. */
export async function watchLag<T>(
  replica: TestMysql,
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly lagsMilliseconds: readonly number[] }> {
  const lags: number[] = [];
  const server = await MysqlServer.connect(replica.options, "target");
  let ended = false;
  const watching = async () => {
    while (!ended) {
      const { microseconds } = await server.queryOne(
        `SELECT MAX(TIMESTAMPDIFF(MICROSECOND, LAST_APPLIED_TRANSACTION_ORIGINAL_COMMIT_TIMESTAMP, LAST_APPLIED_TRANSACTION_END_APPLY_TIMESTAMP)) AS microseconds
           FROM performance_schema.replication_applier_status_by_worker
          WHERE LAST_APPLIED_TRANSACTION_END_APPLY_TIMESTAMP > NOW(6) - INTERVAL 1 SECOND`,
        [],
        lagRow,
      );
      if (microseconds !== null) lags.push(microseconds / 1000);
      await sleep(INTERVAL_MILLISECONDS);
    }
  };
  const watched = watching();
  try {
    return { result: await work(), lagsMilliseconds: lags };
  } finally {
    ended = true;
    await watched;
    await server.close();
  }
}
