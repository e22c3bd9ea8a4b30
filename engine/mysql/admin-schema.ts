import type { MysqlServer } from "./server.js";

/** Schema of our own on every server that a migration touches. */
export const ADMIN_SCHEMA = "gtid_ferry";

/** Runs `work` without a trace in the binary log: what belongs to one server must not arrive on the other. */
export async function withoutBinlog(server: MysqlServer, work: () => Promise<void>): Promise<void> {
  await server.execute("SET SESSION sql_log_bin = 0");
  try {
    await work();
  } finally {
    await server.execute("SET SESSION sql_log_bin = 1");
  }
}
