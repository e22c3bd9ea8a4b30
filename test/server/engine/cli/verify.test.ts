import { silent } from "@gtid-ferry/engine/operation";
import { ensureChannel } from "@gtid-ferry/engine/replication";
import { verifyTables } from "@gtid-ferry/engine/verify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Pair, startPair, verificationOf } from "../../helpers/pair.js";
import { runFerry } from "./run-ferry.js";

let pair: Pair;

beforeAll(async () => {
  pair = await startPair("cli-verify");
  await pair.source.rootQuery(
    "CREATE SCHEMA shop",
    "CREATE SCHEMA gtid_ferry",
    "CREATE TABLE shop.item (id INT PRIMARY KEY, name VARCHAR(10))",
    "INSERT INTO shop.item VALUES (1, 'a'), (2, 'b')",
  );
  await ensureChannel(pair.channel, silent);
  const { equal } = await verifyTables(verificationOf(pair), silent);
  expect(equal).toBe(true);
  await pair.target.rootQuery(
    "SET sql_log_bin = 0",
    "SET GLOBAL super_read_only = OFF",
    "UPDATE shop.item SET name = 'c' WHERE id = 2",
    "SET GLOBAL super_read_only = ON",
  );
});
afterAll(() => pair.stop());

const verify = (...argv: string[]) =>
  runFerry({ source: pair.source.options, target: pair.target.options }, ["verify", ...argv]);

describe("ferry verify", () => {
  it("plans, and compares nothing", async () => {
    const { code, stdout } = await verify("--plan");
    expect(code).toBe(0);
    expect(stdout).toBe("shop.item: about 2 rows, chunked reads by id\nschema objects, accounts and grants\n");
  });

  it("names a row that differs, and ends with 1", async () => {
    const { code, stdout } = await verify();
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^DIFFERENT: 1 row in 1 of 1 table \(2 rows in 1 table compared, .* s\)\nshop.item \(2\): differs\n/,
    );
  });

  it("plans the repair, and changes nothing", async () => {
    const { code, stderr } = await verify("--repair", "--plan");
    expect(code).toBe(1);
    expect(stderr).toContain(
      "INSERT INTO `shop`.`item` (`id`, `name`) SELECT `id`, `name` FROM `gtid_ferry`.`held_rows`",
    );
  });

  it("says which privilege a repair lacks", async () => {
    const { code, stderr } = await verify("--repair", "--yes");
    expect(code).toBe(2);
    expect(stderr).toContain("GRANT CREATE TEMPORARY TABLES ON gtid_ferry.*");
  });

  it("repairs when it may, and prints the report as JSON", async () => {
    await pair.source.rootQuery(
      "GRANT INSERT, DELETE, UPDATE ON shop.* TO ferry_admin@'%'",
      "GRANT CREATE TEMPORARY TABLES ON gtid_ferry.* TO ferry_admin@'%'",
    );
    const { code, stdout, stderr } = await verify("--repair", "--yes", "--json");
    expect(stderr).toContain("1 rows written through replication");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ equal: true, rows: 2 });
    expect(await pair.target.rootQuery("SELECT name FROM shop.item WHERE id = 2")).toEqual([{ name: "b" }]);
  });

  it("refuses wrong usage with 2", async () => {
    expect((await verify("--chunk", "soon")).code).toBe(2);
    const { code, stderr } = await verify("--tables", "shop.nothing");
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining("no schema or table shop.nothing") });
  });
});
