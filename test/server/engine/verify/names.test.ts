import { nameKey } from "@gtid-ferry/engine/mysql";
import { silent } from "@gtid-ferry/engine/operation";
import { ensureChannel } from "@gtid-ferry/engine/replication";
import { describeReport, repairData, verifyData, verifyTables } from "@gtid-ferry/engine/verify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DataComparison } from "../../../../engine/errant/data-comparison.js";
import { type Pair, startPair, verificationOf } from "../../helpers/pair.js";

let pair: Pair;

/** Every name that the tool's own statements use for something. */
const OWN_NAMES = ["bucket", "rows", "hash", "k0", "k1", "copies", "hashed", "first_rows", "gtid_ferry_row", "parts"];
OWN_NAMES.push("member", "element", "sums", "schema", "table", "name", "counted", "gtid_ferry");
const quoted = (name: string) => `\`${name.replaceAll("`", "``")}\``;

beforeAll(async () => {
  pair = await startPair("verify-names");
  await ensureChannel(pair.channel, silent);
  const columns = OWN_NAMES.map((name) => `${quoted(name)} VARCHAR(20) NOT NULL DEFAULT 'x'`).join(", ");
  await pair.source.rootQuery(
    "CREATE SCHEMA museum",
    "CREATE TABLE museum.photo (id INT PRIMARY KEY, bucket VARCHAR(40) NOT NULL, path VARCHAR(100) NOT NULL)",
    "INSERT INTO museum.photo WITH RECURSIVE s AS (SELECT 1 n UNION ALL SELECT n+1 FROM s WHERE n<900) SELECT n, 'media-prod', CONCAT('/img/',n,'.jpg') FROM s",
    // The key's columns are named like the tool's own, and exchanged.
    `CREATE TABLE museum.own (k1 INT NOT NULL, k0 INT NOT NULL, ${columns.replace(/`k[01]`[^,]*, /g, "")}, doc JSON, PRIMARY KEY (k1, k0))`,
    "INSERT INTO museum.own (k1, k0) WITH RECURSIVE s AS (SELECT 1 n UNION ALL SELECT n+1 FROM s WHERE n<900) SELECT n % 30, 900 - n FROM s",
    `CREATE TABLE museum.keyless (${columns})`,
    "INSERT INTO museum.keyless (k0) VALUES ('a'), ('b'), ('b')",
    "CREATE SCHEMA `shop.x`",
    "CREATE SCHEMA shop",
    "CREATE TABLE `shop.x`.`y` (id INT PRIMARY KEY, v INT)",
    "CREATE TABLE shop.`x.y` (id INT PRIMARY KEY, v INT)",
    "INSERT INTO `shop.x`.`y` VALUES (1, 1)",
    "INSERT INTO shop.`x.y` VALUES (1, 1)",
    "CREATE SCHEMA `b``t`",
    "CREATE TABLE `b``t`.`q\"?%s'` (`?` INT PRIMARY KEY, `a``b` INT, `\u00e4` INT)",
    "INSERT INTO `b``t`.`q\"?%s'` VALUES (1, 1, 1), (2, 2, 2)",
    "GRANT INSERT, DELETE, UPDATE ON *.* TO ferry_admin@'%'",
    "CREATE SCHEMA gtid_ferry",
    "GRANT CREATE TEMPORARY TABLES ON gtid_ferry.* TO ferry_admin@'%'",
  );
  expect(describeReport(await verifyData(verificationOf(pair), silent))[0]).toMatch(/^OK: /);
});
afterAll(() => pair.stop());

const onTarget = (...statements: string[]) =>
  pair.target.rootQuery(
    "SET sql_log_bin = 0",
    "SET GLOBAL super_read_only = OFF",
    ...statements,
    "SET GLOBAL super_read_only = ON",
  );
const findings = async (...tables: string[][]) =>
  describeReport(await verifyTables({ ...verificationOf(pair), ...(tables.length > 0 && { tables }) }, silent)).slice(
    1,
  );

describe("a user's names", () => {
  it("may be those of the tool's own aliases", async () => {
    await onTarget(
      "UPDATE museum.photo SET path = '/img/DRIFT.jpg' WHERE id = 450",
      "UPDATE museum.own SET `hash` = 'y' WHERE k1 = 7 AND k0 = 893",
      "UPDATE museum.keyless SET copies = 'y' WHERE k0 = 'a'",
    );
    expect(await findings(["museum"])).toEqual([
      "museum.keyless: rows missing on target: 1, surplus: 1; without a unique key they cannot be told apart",
      "museum.own (7, 893): differs",
      "museum.photo (450): differs",
    ]);
  });

  it("are not the same only because they are when joined by points", async () => {
    await onTarget("UPDATE shop.`x.y` SET v = 3");
    expect(await findings(["shop"], ["shop.x"])).toEqual(["shop.`x.y` (1): differs"]);
    expect(await findings(["shop.x", "y"])).toEqual([]);
    await onTarget("DELETE FROM shop.`x.y`");
    expect(await findings(["shop", "x.y"])).toEqual(["shop.`x.y` (1): missing on target"]);
  });

  it("of two such tables stay apart for a repair, and for what explains errant transactions", async () => {
    await onTarget("UPDATE `shop.x`.`y` SET v = 9");
    const comparison = new DataComparison(pair.source.options, pair.target.options, silent);
    expect(await comparison.isEqual([{ schema: "shop.x", table: "y" }])).toBe(false);
    await comparison.repair([{ schema: "shop", table: "x.y" }], silent);
    expect(await comparison.isEqual([{ schema: "shop", table: "x.y" }])).toBe(true);
    expect(await comparison.isEqual([{ schema: "shop.x", table: "y" }])).toBe(false);
    await comparison.repair([{ schema: "shop.x", table: "y" }], silent);
    expect(await pair.target.rootQuery("SELECT v FROM `shop.x`.`y` UNION ALL SELECT v FROM shop.`x.y`")).toEqual([
      { v: 1 },
      { v: 1 },
    ]);
  });

  it("may hold anything that MySQL lets them hold", async () => {
    await onTarget("UPDATE `b``t`.`q\"?%s'` SET `a``b` = 7 WHERE `?` = 2");
    expect(await findings(["b`t"])).toEqual(["`b``t`.`q\"?%s'` (2): differs"]);
    const request = { ...verificationOf(pair), tables: [["b`t"]] };
    const { repairedRows } = await repairData(request, await verifyTables(request, silent), silent);
    expect(repairedRows).toBe(1);
    expect(await findings(["b`t"])).toEqual([]);
  });

  it("of objects are apart too", async () => {
    await onTarget("CREATE VIEW `shop.x`.`a.b` AS SELECT 1", "CREATE VIEW shop.`x.a.b` AS SELECT 1");
    const { objects } = await verifyData({ ...verificationOf(pair), tables: [] }, silent);
    const views = objects.filter(({ kind }) => kind === "view").map(({ parts }) => nameKey(parts));
    expect(views.sort()).toEqual([nameKey(["shop", "x.a.b"]), nameKey(["shop.x", "a.b"])]);
    await onTarget("DROP VIEW `shop.x`.`a.b`, shop.`x.a.b`");
  });
});

it("asks for a name with backticks where one is ambiguous", async () => {
  await expect(findings(["shop.x.y"])).rejects.toThrow(/no schema or table `shop.x.y`\n.*needs backticks/);
});
