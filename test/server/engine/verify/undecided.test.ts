import { silent } from "@gtid-ferry/engine/operation";
import { ensureChannel } from "@gtid-ferry/engine/replication";
import { describeReport, repairData, verifyTables } from "@gtid-ferry/engine/verify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Pair, startPair, verificationOf } from "../../helpers/pair.js";

let pair: Pair;
beforeAll(async () => {
  pair = await startPair("verify-undecided");
  await ensureChannel(pair.channel, silent);
  await pair.source.rootQuery(
    "CREATE SCHEMA shop",
    "CREATE TABLE shop.big (id INT PRIMARY KEY, doc JSON)",
    // As text it is more than five times as long as it is stored: every number has 17 digits or more.
    "SET SESSION group_concat_max_len = 100000000, cte_max_recursion_depth = 1000000",
    "INSERT INTO shop.big SELECT 1, CONCAT('[', GROUP_CONCAT('1e300'), ']') FROM (WITH RECURSIVE s AS (SELECT 1 n UNION ALL SELECT n + 1 FROM s WHERE n < 100000) SELECT n FROM s) numbers",
    "INSERT INTO shop.big VALUES (2, '{}')",
    "CREATE TABLE shop.keyless (doc JSON)",
    "INSERT INTO shop.keyless SELECT doc FROM shop.big",
    "CREATE TABLE shop.small (id INT PRIMARY KEY)",
    "INSERT INTO shop.small VALUES (1)",
  );
});
afterAll(() => pair.stop());

const findings = async () => describeReport(await verifyTables(verificationOf(pair), silent));

describe("a value that the server cuts off when it is asked for", () => {
  it("is the same where there is room for it", async () => {
    expect((await findings())[0]).toMatch(/^OK: 5 rows in 3 tables match/);
  });

  it("leaves its rows undecided, never equal, and other tables decided", async () => {
    for (const server of [pair.source, pair.target]) await server.rootQuery("SET GLOBAL max_allowed_packet = 1048576");
    try {
      const report = await verifyTables(verificationOf(pair), silent);
      expect(report.equal).toBe(false);
      const lines = describeReport(report);
      expect(lines[0]).toMatch(/^UNDECIDED: 2 undecided/);
      expect(lines.slice(1)).toEqual([
        expect.stringMatching(/^shop.big all rows: undecided: (source|target) .*max_allowed_packet/),
        expect.stringMatching(/^shop.keyless all rows: undecided: (source|target) .*max_allowed_packet/),
      ]);
      const { repairedRows, refused } = await repairData(verificationOf(pair), report, silent);
      expect({ repairedRows, refused }).toEqual({ repairedRows: 0, refused: [] });
    } finally {
      for (const server of [pair.source, pair.target])
        await server.rootQuery("SET GLOBAL max_allowed_packet = 67108864");
    }
  });
});

it("a table that cannot be read is undecided, and the others are compared", async () => {
  await pair.source.rootQuery("SET sql_log_bin = 0", "CREATE TABLE shop.broken (id INT PRIMARY KEY) ENGINE = MyISAM");
  await pair.target.rootQuery(
    "SET sql_log_bin = 0",
    "SET GLOBAL super_read_only = OFF",
    "CREATE TABLE shop.broken (id INT PRIMARY KEY) ENGINE = MyISAM",
    "SET GLOBAL super_read_only = ON",
  );
  const { rm } = await import("node:fs/promises");
  await pair.source.rootQuery("FLUSH LOCAL TABLES");
  await rm(`${pair.source.directory}/data/shop/broken.MYD`);
  const lines = await findings();
  expect(lines[0]).toMatch(/^UNDECIDED: 1 undecided \(5 rows in 4 tables/);
  expect(lines[1]).toMatch(/^shop.broken: undecided: its rows could not be read: source .*broken/);
});
