import { silent } from "@gtid-ferry/engine/operation";
import { ensureChannel } from "@gtid-ferry/engine/replication";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { replicaSettings } from "../../../../engine/local-server/target-settings.js";
import { type Pair, startPair } from "../../helpers/pair.js";

const SERVER_ID = 7;

let pair: Pair;
beforeAll(async () => {
  pair = await startPair("own-transactions", replicaSettings(SERVER_ID));
});
afterAll(() => pair.stop());

/** As after cutover, rollback, and a restore of the target from a backup of before them. */
it("a target gets back what it committed as the primary", async () => {
  const [target] = await pair.target.rootQuery("SELECT @@server_uuid AS uuid");
  const [source] = await pair.source.rootQuery("SELECT @@server_id AS id");
  await pair.source.rootQuery(
    "CREATE SCHEMA app",
    "CREATE TABLE app.t (id INT PRIMARY KEY)",
    `SET GTID_NEXT = '${String(target?.uuid)}:1'`,
    `SET GLOBAL server_id = ${SERVER_ID}`,
    "INSERT INTO app.t VALUES (1)",
    "SET GTID_NEXT = 'AUTOMATIC'",
    `SET GLOBAL server_id = ${String(source?.id)}`,
    "INSERT INTO app.t VALUES (2)",
  );
  await ensureChannel(pair.channel, silent);
  await vi.waitFor(async () => expect(await pair.target.rootQuery("SELECT id FROM app.t")).toContainEqual({ id: 2 }), {
    timeout: 60_000,
  });
  expect(await pair.target.rootQuery("SELECT id FROM app.t")).toEqual([{ id: 1 }, { id: 2 }]);
});
