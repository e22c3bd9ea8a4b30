import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fillSample, sampleBytes } from "../../../lab/sample-database/index.js";
import { startTestMysql, type TestMysql } from "../../../lab/testing.js";

const silent = () => undefined;

let server: TestMysql;
beforeAll(async () => {
  server = await startTestMysql({ name: "sample" });
  await fillSample(server.socket, { mebibytes: 5 }, silent);
});
afterAll(() => server.stop());

const value = async (sql: string) => Object.values((await server.rootQuery(sql))[0] ?? {})[0];

const TABLES =
  "customers, products, stock, orders, order_items, sessions, page_views, documents, audit_log, exchange_rates";

describe("the sample database", () => {
  test("has what real ones have", async () => {
    const schema = "'shop'";
    expect(
      await value(`SELECT COUNT(*) FROM information_schema.TABLES AS t WHERE TABLE_SCHEMA = ${schema}
        AND TABLE_TYPE = 'BASE TABLE' AND NOT EXISTS (SELECT 1 FROM information_schema.TABLE_CONSTRAINTS AS c
          WHERE c.TABLE_SCHEMA = ${schema} AND c.TABLE_NAME = t.TABLE_NAME AND c.CONSTRAINT_TYPE = 'PRIMARY KEY')`),
    ).toBe(2);
    const count = (what: string) => value(`SELECT COUNT(*) FROM information_schema.${what}`);
    expect(await count(`REFERENTIAL_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = ${schema}`)).toBe(4);
    expect(await count(`TRIGGERS WHERE TRIGGER_SCHEMA = ${schema}`)).toBe(3);
    expect(await count(`ROUTINES WHERE ROUTINE_SCHEMA = ${schema}`)).toBe(2);
    expect(await count(`VIEWS WHERE TABLE_SCHEMA = ${schema} AND DEFINER = 'app@%'`)).toBe(2);
    expect(await count(`EVENTS WHERE EVENT_SCHEMA = ${schema} AND STATUS = 'ENABLED'`)).toBe(1);
    expect(await count(`PARTITIONS WHERE TABLE_SCHEMA = ${schema} AND PARTITION_NAME IS NOT NULL`)).toBe(4);
    expect(await count(`COLUMNS WHERE TABLE_SCHEMA = ${schema} AND EXTRA LIKE '% GENERATED'`)).toBe(3);
    expect(await count(`COLUMNS WHERE TABLE_SCHEMA = ${schema} AND CHARACTER_SET_NAME = 'latin1'`)).not.toBe(0);
    expect(await count(`TABLES WHERE TABLE_SCHEMA = ${schema} AND ENGINE <> 'InnoDB'`)).toBe(0);
  });

  test("satisfies its own foreign keys, which were not checked while it was filled", async () => {
    for (const [child, column, parent] of [
      ["orders", "customer_id", "customers"],
      ["order_items", "order_id", "orders"],
      ["order_items", "product_id", "products"],
      ["stock", "product_id", "products"],
    ]) {
      const orphans = `SELECT COUNT(*) FROM shop.${child} AS c LEFT JOIN shop.${parent} AS p ON p.id = c.${column} WHERE p.id IS NULL`;
      expect(await value(orphans), `${child}.${column}`).toBe(0);
    }
  });

  test("has views, routines and triggers that work for the application", async () => {
    expect(await value("SELECT COUNT(*) FROM shop.open_orders")).not.toBe(0);
    expect(await value("SELECT shop.order_total(1) = (SELECT total FROM shop.order_totals WHERE id = 1)")).toBe(1);
    const before = Number(await value("SELECT quantity FROM shop.stock WHERE warehouse = 'FRA' AND product_id = 7"));
    await server.rootQuery("CALL shop.restock('FRA', 7, 5)");
    await server.rootQuery("INSERT INTO shop.order_items VALUES (1, 9, 7, 2, 1.50, DEFAULT)");
    expect(await value("SELECT quantity FROM shop.stock WHERE warehouse = 'FRA' AND product_id = 7")).toBe(before + 3);
    await server.rootQuery("DELETE FROM shop.order_items WHERE order_id = 1 AND line = 9");
    await server.rootQuery("CALL shop.restock('FRA', 7, -3)");
  });

  test("is found again, and another size is refused", async () => {
    expect(await fillSample(server.socket, {}, silent)).toEqual({ mebibytes: 5, seed: 1 });
    await expect(fillSample(server.socket, { mebibytes: 6 }, silent)).rejects.toThrow("5 MiB, seed 1");
  });

  test("has the same rows on another server, and is made again when it was not completed", async () => {
    const checksums = (on: TestMysql) =>
      on.rootQuery("USE shop", "SET SESSION time_zone = '+00:00'", `CHECKSUM TABLE ${TABLES}`);
    const other = await startTestMysql({
      name: "sample-other",
      settings: { gtid_mode: "ON", enforce_gtid_consistency: "ON" },
    });
    try {
      await other.rootQuery("CREATE SCHEMA shop", "CREATE TABLE shop.customers (half INT)");
      await fillSample(other.socket, { mebibytes: 5 }, silent);
      expect(await checksums(other)).toEqual(await checksums(server));
      expect(await sampleBytes(other.socket)).toBeGreaterThan(5 * 1024 * 1024);
    } finally {
      await other.stop();
    }
  });
});
