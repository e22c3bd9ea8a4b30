import { type ErrantPolicy, settleErrants } from "@gtid-ferry/engine/errant";
import { silent } from "@gtid-ferry/engine/operation";
import { ensureChannel, reportChannel } from "@gtid-ferry/engine/replication";
import { verifyTables } from "@gtid-ferry/engine/verify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testInstallation } from "../../../../lab/testing.js";
import { type Pair, startPair, verificationOf } from "../../helpers/pair.js";

let pair: Pair;
let uuid: string;

beforeAll(async () => {
  pair = await startPair("settle");
  await pair.source.rootQuery("CREATE SCHEMA shop", "CREATE TABLE shop.item (id INT PRIMARY KEY, n INT)");
  await pair.source.rootQuery("INSERT INTO shop.item VALUES (1, 1), (2, 2)");
  await ensureChannel(pair.channel, silent);
  await verifyTables(verificationOf(pair), silent);
  uuid = String((await pair.target.rootQuery("SELECT @@server_uuid AS uuid"))[0]?.uuid);
});
afterAll(() => pair.stop());

const settle = async (policy: ErrantPolicy, confirmation = "") =>
  settleErrants({ ...pair.channel, policy, confirmation, mysqlbinlog: (await testInstallation()).mysqlbinlog }, silent);
const errant = async () => (await reportChannel(pair.source.options, pair.target.options, "gtid_ferry")).errant;
const onTarget = (...statements: string[]) =>
  pair.target.rootQuery("SET GLOBAL super_read_only = OFF", ...statements, "SET GLOBAL super_read_only = ON");

// In order: each test starts where the one before ended.
describe("errant transactions, by what is declared", () => {
  it("stay where nothing is to be done about them", async () => {
    await pair.target.rootQuery("FLUSH PRIVILEGES");
    await settle("fail");
    expect(await errant()).toBe(`${uuid}:1`);
  });

  it("are injected where they changed nothing", async () => {
    await settle("inject-empty");
    expect(await errant()).toBe("");
  });

  it("are injected where the data are the same on the source", async () => {
    await onTarget("UPDATE shop.item SET n = 5 WHERE id = 1", "UPDATE shop.item SET n = 1 WHERE id = 1");
    await settle("inject-empty");
    expect(await errant()).toBe("");
  });

  it("are refused where different data would stay, unless that is confirmed", async () => {
    await onTarget("UPDATE shop.item SET n = 7 WHERE id = 2");
    await expect(settle("inject-empty")).rejects.toThrow(`errant transactions ${uuid}:4; not confirmed: ${uuid}`);
    await expect(settle("reset", uuid.slice(0, 7))).rejects.toThrow("not confirmed");
    expect(await errant()).toBe(`${uuid}:4`);
    await settle("reset", uuid.slice(0, 8));
    expect(await errant()).toBe("");
  });
});
