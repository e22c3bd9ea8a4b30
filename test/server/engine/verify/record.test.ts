import { MysqlServer } from "@gtid-ferry/engine/mysql";
import { silent } from "@gtid-ferry/engine/operation";
import { ensureChannel } from "@gtid-ferry/engine/replication";
import { describeLastVerification, readVerification, verifyData, verifyTables } from "@gtid-ferry/engine/verify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Pair, startPair, verificationOf } from "../../helpers/pair.js";

let pair: Pair;
beforeAll(async () => {
  pair = await startPair("verify-record");
  await ensureChannel(pair.channel, silent);
  await pair.source.rootQuery(
    "CREATE SCHEMA shop",
    "CREATE TABLE shop.t (id INT PRIMARY KEY)",
    "INSERT INTO shop.t VALUES (1)",
  );
});
afterAll(() => pair.stop());

const recorded = async () => {
  const { primary, replica } = await verifyTables(verificationOf(pair), silent);
  return MysqlServer.with(pair.source.options, "source", (server) =>
    readVerification(server, primary.uuid, replica.uuid),
  );
};

describe("the result of a comparison", () => {
  it("is kept nowhere before a migration has made a place for it", async () => {
    expect((await verifyData(verificationOf(pair), silent)).equal).toBe(true);
    expect(await recorded()).toBeUndefined();
    expect(await pair.source.rootQuery("SHOW SCHEMAS LIKE 'gtid_ferry'")).toEqual([]);
  });

  it("is kept in the primary alone, with the last verdict", async () => {
    await pair.source.rootQuery("SET sql_log_bin = 0", "CREATE SCHEMA gtid_ferry");
    const [before] = await pair.source.rootQuery("SELECT @@gtid_executed AS executed");
    const { startedAt } = await verifyData(verificationOf(pair), silent);
    const at = startedAt.slice(0, 19).replace("T", " ");
    expect(await recorded()).toEqual({ verdict: "OK", startedAt: at, rows: 1 });
    const said = async () => describeLastVerification(await recorded(), "source", "target");
    expect(await said()).toBe(`data: target with source: last compared at ${at} UTC: OK (1 rows)`);
    await pair.target.rootQuery(
      "SET sql_log_bin = 0",
      "SET GLOBAL super_read_only = OFF",
      "DELETE FROM shop.t",
      "SET GLOBAL super_read_only = ON",
    );
    await verifyData(verificationOf(pair), silent);
    expect(await recorded()).toMatchObject({ verdict: "DIFFERENT" });
    expect(await said()).toMatch(/UTC: DIFFERENT \(1 rows\); compare again by `ferry verify`$/);
    expect(await pair.source.rootQuery("SELECT @@gtid_executed AS executed")).toEqual([before]);
    expect(await pair.target.rootQuery("SHOW SCHEMAS LIKE 'gtid_ferry'")).toEqual([]);
  });

  it("of some tables only is not kept", async () => {
    await verifyData({ ...verificationOf(pair), tables: [["shop", "nothing"]].slice(1) }, silent);
    expect(await recorded()).toMatchObject({ verdict: "DIFFERENT" });
  });

  it("that cannot be kept is a result all the same", async () => {
    await pair.source.rootQuery("REVOKE INSERT, UPDATE, DELETE, CREATE, DROP ON gtid_ferry.* FROM ferry_admin@'%'");
    const { notes } = await verifyData(verificationOf(pair), silent);
    expect(notes).toContainEqual(expect.stringMatching(/^the result is not kept in the primary: source .* error 1142/));
  });
});
