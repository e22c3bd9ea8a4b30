import { MysqlServer } from "@gtid-ferry/engine/mysql";
import { silent } from "@gtid-ferry/engine/operation";
import { ensureChannel } from "@gtid-ferry/engine/replication";
import { describeReport, verifyTables } from "@gtid-ferry/engine/verify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { letTargetCatchUp, type Pair, startPair, verificationOf } from "../../helpers/pair.js";

let pair: Pair;

beforeAll(async () => {
  pair = await startPair("verify-meanwhile");
  await ensureChannel(pair.channel, silent);
  await pair.source.rootQuery(
    "CREATE SCHEMA shop",
    "CREATE TABLE shop.a (id INT PRIMARY KEY)",
    "INSERT INTO shop.a VALUES (1), (2)",
    "CREATE TABLE shop.old (id INT PRIMARY KEY, v INT NOT NULL)",
    "INSERT INTO shop.old VALUES (1, 1), (2, 2)",
    "CREATE TABLE shop.part (id INT PRIMARY KEY, v INT NOT NULL) PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN MAXVALUE)",
    "INSERT INTO shop.part VALUES (1, 1), (20, 2)",
    "CREATE TABLE shop.plain (id INT PRIMARY KEY, v INT NOT NULL)",
    "INSERT INTO shop.plain VALUES (2, 2)",
    "CREATE TABLE shop.zz_last (id INT PRIMARY KEY)",
    "INSERT INTO shop.zz_last VALUES (1)",
  );
  expect((await verifyTables(verificationOf(pair), silent)).equal).toBe(true);
});
afterAll(() => pair.stop());

const onTarget = (...statements: string[]) =>
  pair.target.rootQuery(
    "SET sql_log_bin = 0",
    "SET GLOBAL super_read_only = OFF",
    ...statements,
    "SET GLOBAL super_read_only = ON",
  );

/** Compares, and does `work` when every table but the last has been compared: that one is locked so long. */
async function verifyMeanwhile(work: () => Promise<unknown>): Promise<string[]> {
  await pair.source.rootQuery("GRANT LOCK TABLES ON *.* TO ferry_admin@'%'");
  const holder = await MysqlServer.connect(pair.source.options, "source");
  try {
    await holder.execute("LOCK TABLES shop.zz_last WRITE");
    const verifying = verifyTables(verificationOf(pair), silent);
    const waiting =
      "SELECT COUNT(*) AS n FROM performance_schema.processlist WHERE INFO LIKE '%zz_last%' AND STATE LIKE 'Waiting for table%'";
    await expect.poll(async () => (await pair.source.rootQuery(waiting))[0]?.n, { timeout: 30_000 }).toBe(1);
    await work();
    await holder.execute("UNLOCK TABLES");
    return describeReport(await verifying);
  } finally {
    await holder.close();
  }
}

describe("a table that was compared already is compared again", () => {
  it("when it has got a column", async () => {
    const lines = await verifyMeanwhile(async () => {
      await pair.source.rootQuery("ALTER TABLE shop.a ADD COLUMN late INT NOT NULL DEFAULT 1");
      await letTargetCatchUp(pair);
      await onTarget("UPDATE shop.a SET late = 2 WHERE id = 2");
    });
    expect(lines).toContain("shop.a (2): differs");
    await onTarget("UPDATE shop.a SET late = 1");
  });

  it("when another one has taken its name", async () => {
    await pair.source.rootQuery(
      "CREATE TABLE shop.zz_new LIKE shop.old",
      "INSERT INTO shop.zz_new SELECT * FROM shop.old",
    );
    await letTargetCatchUp(pair);
    await onTarget("UPDATE shop.zz_new SET v = 7 WHERE id = 2");
    const lines = await verifyMeanwhile(async () => {
      await pair.source.rootQuery(
        "RENAME TABLE shop.old TO shop.gone, shop.zz_new TO shop.old",
        "DROP TABLE shop.gone",
      );
    });
    expect(lines).toContain("shop.old (2): differs");
    await onTarget("UPDATE shop.old SET v = 2 WHERE id = 2");
  });

  it("when it has been made meanwhile", async () => {
    const lines = await verifyMeanwhile(async () => {
      await pair.source.rootQuery("CREATE TABLE shop.b (id INT PRIMARY KEY)", "INSERT INTO shop.b VALUES (1)");
      await letTargetCatchUp(pair);
      await onTarget("DELETE FROM shop.b");
    });
    expect(lines).toContain("shop.b (1): missing on target");
    await onTarget("INSERT INTO shop.b VALUES (1)");
  });

  it("with all others when a partition's data have moved from one to the other", async () => {
    await onTarget("UPDATE shop.part SET v = 9 WHERE id = 1");
    // Compared before the exchange, shop.plain had no difference; afterwards it has the partition's.
    const lines = await verifyMeanwhile(() =>
      pair.source.rootQuery("ALTER TABLE shop.part EXCHANGE PARTITION p0 WITH TABLE shop.plain"),
    );
    expect(lines).toContain("shop.plain (1): differs");
    expect(lines).not.toContain("shop.part (1): differs");
  });
});
