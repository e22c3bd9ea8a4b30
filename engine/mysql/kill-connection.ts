import { errnoOf } from "./connection-error.js";
import type { MysqlServer } from "./server.js";

const NO_SUCH_THREAD = 1094;

/** Ends a connection; one that is gone already is success. */
export async function killConnection(server: MysqlServer, id: number): Promise<void> {
  try {
    await server.execute(`KILL ${id}`);
  } catch (error) {
    if (errnoOf(error) !== NO_SUCH_THREAD) throw error;
  }
}
