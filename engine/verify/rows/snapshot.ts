import type { MysqlServer } from "../../mysql/index.js";

/** Whatever is read in `work` is of one moment, in InnoDB. */
export async function inSnapshot<T>(server: MysqlServer, work: () => Promise<T>): Promise<T> {
  await server.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
  await server.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY");
  try {
    return await work();
  } finally {
    await server.execute("ROLLBACK");
  }
}
