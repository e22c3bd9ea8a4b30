import { silent } from "@gtid-ferry/engine/operation";
import { ensureChannel, reportChannel } from "@gtid-ferry/engine/replication";
import {
  describeReport,
  repairData,
  showRepair,
  type VerificationRequest,
  verifyTables,
} from "@gtid-ferry/engine/verify";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { awaitCatchUp } from "../../../../lab/catch-up.js";
import { type Pair, startPair, verificationOf } from "../../helpers/pair.js";

let pair: Pair;

beforeAll(async () => {
  pair = await startPair("verify-repair");
  await pair.source.rootQuery(
    "CREATE SCHEMA shop",
    "CREATE SCHEMA gtid_ferry",
    "USE shop",
    "CREATE TABLE item (id INT AUTO_INCREMENT PRIMARY KEY, code VARCHAR(10) COLLATE utf8mb4_0900_ai_ci NOT NULL UNIQUE, place POINT NULL, info JSON NULL, twice INT AS (LENGTH(code) * 2) STORED, changed TIMESTAMP DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP)",
    "CREATE TABLE part (item INT, n INT, PRIMARY KEY (item, n), FOREIGN KEY (item) REFERENCES item (id) ON DELETE CASCADE)",
    "CREATE TABLE log (id INT PRIMARY KEY) PARTITION BY HASH (id) PARTITIONS 3",
    "CREATE TABLE watched (id INT PRIMARY KEY)",
    "CREATE TRIGGER seen AFTER INSERT ON watched FOR EACH ROW INSERT INTO log VALUES (NEW.id)",
    "SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO'",
    ...Array.from(
      { length: 300 },
      (_, id) => `INSERT INTO item (id, code, place, info) VALUES (${id}, 'c${id}', POINT(${id}, 1), '{"n": ${id}}')`,
    ),
    "INSERT INTO part SELECT id, 1 FROM item",
    "INSERT INTO watched VALUES (1), (2)",
    "GRANT INSERT, DELETE, UPDATE, TRIGGER ON shop.* TO ferry_admin@'%'",
    "GRANT CREATE TEMPORARY TABLES ON gtid_ferry.* TO ferry_admin@'%'",
  );
  await ensureChannel(pair.channel, silent);
  expect((await verifyTables(request(), silent)).equal).toBe(true);
});
afterAll(() => pair.stop());

const onTarget = (...statements: string[]) =>
  pair.target.rootQuery(
    "SET sql_log_bin = 0",
    "SET GLOBAL super_read_only = OFF",
    "SET foreign_key_checks = 0",
    "USE shop",
    ...statements,
    "SET GLOBAL super_read_only = ON",
  );
const request = (): VerificationRequest => ({
  ...verificationOf(pair),
  limits: { listedRows: 1000, lagTimeoutSeconds: 20 },
});
const caughtUp = () => awaitCatchUp(pair.source.options, pair.target.options);
const everything =
  "SELECT i.*, ST_AsText(place) AS p, (SELECT COUNT(*) FROM shop.part WHERE item = i.id) AS parts FROM shop.item i ORDER BY id";

describe("repairing rows", () => {
  let before: unknown;
  beforeEach(async () => {
    before = await pair.source.rootQuery(everything);
  });

  it("makes the target's rows those of the source, which stays as it is", async () => {
    await onTarget(
      "UPDATE item SET info = '{}', place = NULL WHERE id IN (0, 17)",
      "DELETE FROM item WHERE id BETWEEN 100 AND 220",
      "DELETE FROM part WHERE item = 5",
      "UPDATE item SET code = 'C30', id = 1030 WHERE id = 30",
      "INSERT INTO item (id, code) VALUES (5000, 'extra')",
      "INSERT INTO log VALUES (7)",
    );
    const found = await verifyTables(request(), silent);
    expect(found.tables.map(({ table, differences }) => [table, differences])).toEqual([
      ["item", 126],
      ["log", 1],
      ["part", 1],
      ["watched", 0],
    ]);
    const plan = await showRepair(request(), found);
    expect(plan[0]).toContain("replica_exec_mode = 'IDEMPOTENT'");
    expect((await verifyTables(request(), silent)).equal).toBe(false);

    const { repairedRows, refused } = await repairData(request(), found, silent);
    expect({ repairedRows, refused }).toEqual({ repairedRows: 128, refused: [] });
    expect((await verifyTables(request(), silent)).equal).toBe(true);
    expect(await pair.source.rootQuery(everything)).toEqual(before);
    expect(await pair.target.rootQuery("SELECT @@GLOBAL.replica_exec_mode AS mode")).toEqual([{ mode: "STRICT" }]);
    expect(await reportChannel(pair.source.options, pair.target.options, "gtid_ferry")).toMatchObject({
      errant: "",
      applying: true,
    });
  });

  it("names what it leaves alone: tables whose triggers would run, and rows that the source refuses", async () => {
    await onTarget("DELETE FROM watched WHERE id = 1", "INSERT INTO item (id, code) VALUES (6000, '')");
    await pair.source.rootQuery("SET sql_log_bin = 0", "INSERT INTO shop.item (id, code) VALUES (6001, '')");
    const found = await verifyTables(
      {
        ...request(),
        tables: [
          ["shop", "watched"],
          ["shop", "item"],
        ],
      },
      silent,
    );
    const { refused } = await repairData(request(), found, silent);
    expect(refused).toEqual([
      expect.stringMatching(/^shop.watched: its triggers on INSERT or DELETE \(seen\) would run on the primary/),
      expect.stringMatching(/^shop.item: source .*: error 1062: Duplicate entry/),
    ]);
    expect(await pair.source.rootQuery("SELECT COUNT(*) AS n FROM shop.item WHERE id = 6000")).toEqual([{ n: 0 }]);
  });

  it("replaces rows whose keys are the same by their collation and not by their bytes", async () => {
    await pair.source.rootQuery(
      "CREATE TABLE shop.coded (code VARCHAR(10) COLLATE utf8mb4_0900_ai_ci PRIMARY KEY, v INT)",
      "INSERT INTO shop.coded VALUES ('\u00df2', 1), ('b', 2)",
    );
    await caughtUp();
    await onTarget("UPDATE coded SET code = 'SS2' WHERE v = 1");
    const tables = [["shop", "coded"]];
    const found = await verifyTables({ ...request(), tables }, silent);
    expect(describeReport(found).slice(1)).toEqual([
      'shop.coded ("\u00df2"): missing on target',
      'shop.coded ("SS2"): only on target',
    ]);
    expect(await repairData(request(), found, silent)).toEqual({ repairedRows: 1, refused: [] });
    expect((await verifyTables({ ...request(), tables }, silent)).equal).toBe(true);
  });

  it("works on servers that ask every table for a primary key, and by a key that is generated", async () => {
    await pair.source.rootQuery(
      "CREATE TABLE shop.derived (a INT NOT NULL, b INT AS (a * 2) STORED NOT NULL, v INT, PRIMARY KEY (b))",
      "INSERT INTO shop.derived (a, v) VALUES (1, 1), (2, 2)",
      "SET GLOBAL sql_require_primary_key = ON",
    );
    await caughtUp();
    await onTarget("UPDATE derived SET v = 7 WHERE a = 2");
    const tables = [["shop", "derived"]];
    const found = await verifyTables({ ...request(), tables }, silent);
    expect(await repairData(request(), found, silent)).toEqual({ repairedRows: 1, refused: [] });
    expect((await verifyTables({ ...request(), tables }, silent)).equal).toBe(true);
    await pair.source.rootQuery("SET GLOBAL sql_require_primary_key = OFF");
  });

  it("says in one sentence what to do about a table without a key, and one that is defined otherwise", async () => {
    await pair.source.rootQuery(
      "CREATE TABLE shop.plain (v INT)",
      "INSERT INTO shop.plain VALUES (1), (1)",
      "CREATE TABLE shop.other (id INT PRIMARY KEY)",
    );
    await caughtUp();
    await onTarget("INSERT INTO plain VALUES (2)", "ALTER TABLE other ADD COLUMN extra INT");
    const found = await verifyTables(
      {
        ...request(),
        tables: [
          ["shop", "plain"],
          ["shop", "other"],
        ],
      },
      silent,
    );
    const { repairedRows, refused } = await repairData(request(), found, silent);
    expect(repairedRows).toBe(0);
    expect([...refused].sort()).toEqual([
      expect.stringMatching(
        /^shop.other: its columns or keys are defined otherwise on target, .* make the table there what it is on the primary/,
      ),
      expect.stringMatching(/^shop.plain: rows missing on target: 0, surplus: 1; .* give it a primary key/),
    ]);
  });
});
