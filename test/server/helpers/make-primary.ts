import { MysqlServer } from "../../../engine/mysql/index.js";
import { createJournal, insertEntry } from "../../../engine/topology/index.js";
import type { TestMysql } from "../../../lab/testing.js";

/** Gives a server the primary role as a switchover leaves it: a journal that says so, and writes accepted. */
export async function makePrimary(server: TestMysql): Promise<void> {
  await server.rootQuery("SET GLOBAL read_only = OFF");
  const [row] = await server.rootQuery("SELECT @@server_uuid AS uuid");
  const entry = {
    number: 1,
    primaryUuid: String(row?.uuid),
    previousUuid: "11111111-2222-3333-4444-555555555555",
    finalGtidSet: "",
    eventScheduler: "OFF",
  };
  await MysqlServer.with(server.options, "target", async (target) => {
    await createJournal(target);
    await target.run(insertEntry(entry));
  });
}
