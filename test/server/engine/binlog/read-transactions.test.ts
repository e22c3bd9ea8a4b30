import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type BinlogTransaction, listBinlogFiles, type ReadOptions, readTransactions } from "@gtid-ferry/engine/binlog";
import { GtidSet } from "@gtid-ferry/engine/gtid";
import { type ConnectionOptions, MysqlServer } from "@gtid-ferry/engine/mysql";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestMysql, type TestMysql, testInstallation } from "../../../../lab/testing.js";

let server: TestMysql;
let uuid: string;
beforeAll(async () => {
  server = await startTestMysql({ name: "binlog", settings: { gtid_mode: "ON", enforce_gtid_consistency: "ON" } });
  uuid = String((await server.rootQuery("SELECT @@server_uuid AS uuid"))[0]?.uuid);
});
afterAll(() => server?.stop());

async function read(
  gtids: string,
  options: ReadOptions = {},
  connection: ConnectionOptions = server.options,
): Promise<BinlogTransaction[]> {
  const { mysqlbinlog } = await testInstallation();
  return MysqlServer.with(connection, "source", async (source) => {
    const transactions: BinlogTransaction[] = [];
    const all = readTransactions(source, connection, GtidSet.parse(gtids), { program: mysqlbinlog, ...options });
    for await (const transaction of all) transactions.push(transaction);
    return transactions;
  });
}

/** Runs statements and gives what their transactions are found to have done. */
async function after(...statements: string[]): Promise<BinlogTransaction[]> {
  const executed = async () =>
    GtidSet.parse(String((await server.rootQuery("SELECT @@gtid_executed AS value"))[0]?.value));
  const before = await executed();
  await server.rootQuery(...statements);
  return read(String((await executed()).subtract(before)));
}

const ALL_TYPES = `CREATE TABLE shop.every (id INT PRIMARY KEY, tiny TINYINT, tiny_u TINYINT UNSIGNED, small_u SMALLINT UNSIGNED,
  medium_u MEDIUMINT UNSIGNED, int_u INT UNSIGNED, big BIGINT, big_u BIGINT UNSIGNED, price DECIMAL(20,4), f DOUBLE,
  b BIT(5), d DATE, t TIME(2), dt DATETIME(3), y YEAR, e ENUM('a','b'), s SET('x','y'), c CHAR(5), v VARCHAR(200),
  latin VARCHAR(20) CHARACTER SET latin1, txt TEXT, bin VARBINARY(20), doc JSON)`;

it("reads old and new values of every type that mysqlbinlog prints", async () => {
  await server.rootQuery("CREATE SCHEMA shop", ALL_TYPES);
  const [inserted] = await after(
    `INSERT INTO shop.every VALUES (-1, -128, 255, 65535, 16777215, 4294967295, -9223372036854775808, 18446744073709551615,
      -0.5000, -1.5, b'10101', '2024-02-29', '-12:34:56.78', '2024-01-02 03:04:05.123', 2024, 'b', 'x,y', 'é',
      'it''s\\n\\\\ "quoted" 🚢 /* INT meta=0 */', 'Grüße', '', x'00ff27', '{"a": [1, "x\\\\ny", null]}')`,
  );
  expect(inserted).toMatchObject({ rowCount: 1, isFullyDecoded: true, statements: [] });
  expect(inserted?.rows[0]?.after?.map(({ value }) => value)).toEqual([
    "-1",
    "-128",
    "255",
    "65535",
    "16777215",
    "4294967295",
    "-9223372036854775808",
    "18446744073709551615",
    "-0.5000",
    "-1.5",
    "b'10101'",
    "2024:02:29",
    "-12:34:56.78",
    "2024-01-02 03:04:05.123",
    "2024",
    "2",
    "b'00000011'",
    "é",
    'it\'s\n\\ "quoted" 🚢 /* INT meta=0 */',
    "0x4772fcdf65",
    "",
    "0x00ff27",
    '{"a": [1, "x\\ny", null]}',
  ]);
  const [updated, deleted] = await after(
    "UPDATE shop.every SET tiny = NULL, doc = '[]' WHERE id = -1",
    "DELETE FROM shop.every",
  );
  expect([updated?.rows[0]?.before?.[1]?.value, updated?.rows[0]?.after?.[1]?.value]).toEqual(["-128", null]);
  expect(deleted?.rows[0]?.before?.at(-1)?.value).toBe("[]");
  expect(deleted?.tables).toEqual([{ schema: "shop", table: "every", inserted: 0, updated: 0, deleted: 1 }]);
});

it("reads statements, empty and tagged transactions, compressed ones and several tables at once", async () => {
  const other = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee";
  const transactions = await after(
    "FLUSH TABLES",
    "CREATE TABLE shop.`od``d.name` (id INT PRIMARY KEY, name VARCHAR(200))",
    `SET gtid_next = '${other}:mig:7'`,
    "BEGIN",
    "COMMIT",
    "SET gtid_next = 'AUTOMATIC'",
    "SET binlog_format = STATEMENT",
    "INSERT INTO shop.`od``d.name` VALUES (1, '\n# at 4\n')",
    "SET binlog_format = ROW",
    "SET binlog_transaction_compression = ON",
    "BEGIN",
    "INSERT INTO shop.`od``d.name` VALUES (2, REPEAT('a', 200)), (3, NULL)",
    "INSERT INTO shop.every (id) VALUES (4)",
    "COMMIT",
  );
  expect(
    transactions.map(({ statements, tables, gtid }) => ({
      statements,
      counts: tables.map(({ table, inserted }) => `${table} ${inserted}`),
      isOwn: gtid.startsWith(uuid),
    })),
  ).toEqual([
    { statements: ["FLUSH TABLES"], counts: [], isOwn: true },
    { statements: ["CREATE TABLE shop.`od``d.name` (id INT PRIMARY KEY, name VARCHAR(200))"], counts: [], isOwn: true },
    { statements: [], counts: [], isOwn: false },
    { statements: ["INSERT INTO shop.`od``d.name` VALUES (1, '\n# at 4\n')"], counts: [], isOwn: true },
    { statements: [], counts: ["od`d.name 2", "every 1"], isOwn: true },
  ]);
  expect(transactions[2]?.gtid).toBe(`${other}:mig:7`);
});

it("names file and position as the server has them, across many files", async () => {
  const [first] = await after("FLUSH BINARY LOGS", "CREATE TABLE shop.first (id INT)", "FLUSH BINARY LOGS");
  await server.rootQuery(...Array.from({ length: 20 }, () => "FLUSH BINARY LOGS"));
  const [last] = await after("CREATE TABLE shop.last (id INT)", "FLUSH BINARY LOGS");
  const found = await read(`${first?.gtid},${last?.gtid}`);
  expect(found).toEqual([first, last]);
  for (const transaction of found) {
    const [event] = await server.rootQuery(
      `SHOW BINLOG EVENTS IN '${transaction.file}' FROM ${transaction.position} LIMIT 1`,
    );
    expect(String(event?.Info)).toContain(`'${transaction.gtid}'`);
  }
});

it("bounds what it keeps of a large transaction, and counts all of it", async () => {
  const [large] = await after(
    "SET SESSION cte_max_recursion_depth = 1000000",
    `CREATE TABLE shop.large (id INT PRIMARY KEY, text VARCHAR(100))`,
    `INSERT INTO shop.large WITH RECURSIVE n (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < 200000)
      SELECT id, REPEAT('x', 100) FROM n`,
    "BEGIN",
    "DELETE FROM shop.large",
    `INSERT INTO shop.large VALUES (1, REPEAT('y', 100))`,
    "COMMIT",
  ).then((transactions) => transactions.slice(-1));
  expect(large).toMatchObject({
    rowCount: 200_001,
    tables: [{ table: "large", inserted: 1, updated: 0, deleted: 200_000 }],
  });
  expect(large?.rows).toHaveLength(10);
});

it("gives nothing for what is purged or was never there", async () => {
  const [gone] = await after("CREATE TABLE shop.gone (id INT)", "FLUSH BINARY LOGS");
  const files = await MysqlServer.with(server.options, "source", listBinlogFiles);
  await server.rootQuery(`PURGE BINARY LOGS TO '${files.at(-1)}'`);
  expect(await read(`${gone?.gtid},${uuid}:900000,aaaaaaaa-0000-0000-0000-000000000000:1`)).toEqual([]);
});

it("checks the server's certificate where the connection wants that", async () => {
  const [transaction] = await after("CREATE TABLE shop.tls (id INT)");
  const ca = await readFile(join(server.directory, "data", "ca.pem"), "utf8");
  const gtids = String(transaction?.gtid);
  const verified = { ...server.options, tls: { mode: "verify-ca", ca } } as const;
  expect(await read(gtids, {}, verified)).toHaveLength(1);
  const { mysqlbinlog } = await testInstallation();
  await MysqlServer.with(server.options, "source", async (source) => {
    const connection = { ...verified, tls: { mode: "verify-ca", ca: "no certificate" } } as const;
    const all = readTransactions(source, connection, GtidSet.parse(gtids), { program: mysqlbinlog });
    await expect(all.next()).rejects.toThrow(/reading a binary log with mysqlbinlog failed/);
  });
});
