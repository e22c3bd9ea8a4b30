import { type Connection, createConnection } from "mysql2/promise";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { askForTransactions, MysqlServer } from "../../../../engine/mysql/index.js";
import { countIdleTransactions, readRunningWrites } from "../../../../engine/switchover/look.js";
import { startTestMysql, type TestMysql } from "../../../../lab/testing.js";

let mysql: TestMysql;
let server: MysqlServer;
const clients: Connection[] = [];

beforeAll(async () => {
  mysql = await startTestMysql({ name: "transactions" });
  server = await MysqlServer.connect(mysql.options, "source");
  await mysql.rootQuery(
    "CREATE SCHEMA app",
    "CREATE TABLE app.t (id INT PRIMARY KEY, v VARCHAR(9) CHARACTER SET utf8mb4)",
    "INSERT INTO app.t VALUES (1, ''), (2, '')",
    "CREATE USER writer@'127.0.0.1' IDENTIFIED BY 'w'",
    "GRANT ALL ON app.* TO writer@'127.0.0.1'",
    `GRANT PROCESS ON *.* TO ${mysql.options.user}`,
    `GRANT SELECT ON performance_schema.* TO ${mysql.options.user}`,
  );
});
afterAll(async () => {
  await Promise.all(clients.map((client) => client.end()));
  await server.close();
  await mysql.stop();
});

/** A session that is in a transaction. */
async function begin(): Promise<Connection> {
  const { host, port } = mysql.options;
  const login = { host, port, user: "writer", password: "w", database: "app", charset: "utf8mb4" };
  const client = await createConnection({ ...login, ssl: { rejectUnauthorized: false } });
  clients.push(client);
  await client.query("START TRANSACTION");
  return client;
}

it("are seen while one of them runs a statement with a character of four bytes", async () => {
  const [writer, idle, reader] = [await begin(), await begin(), await begin()];
  await idle.query("UPDATE t SET v = '1' WHERE id = 2");
  const writing = writer.query("UPDATE t SET v = '🔔' WHERE id = 1 AND SLEEP(12) = 0");
  const reading = reader.query("SELECT '🔔', SLEEP(12)");

  const refusal = () => server.query("SELECT trx_id FROM information_schema.INNODB_TRX", [], z.unknown()).catch(String);
  await expect.poll(refusal).toContain("Cannot convert string");
  const seen = await askForTransactions((transactions) =>
    server.query(
      `SELECT trx_mysql_thread_id AS id, TIMESTAMPDIFF(SECOND, trx_started, NOW()) AS age FROM ${transactions} x`,
      [],
      z.object({ id: z.number(), age: z.number().min(0).max(60) }),
    ),
  );
  expect(seen.map(({ id }) => id)).toEqual(expect.arrayContaining([writer.threadId, idle.threadId, reader.threadId]));
  const running = async () => (await readRunningWrites(server)).map(({ sessionId }) => sessionId);
  await expect.poll(running, { timeout: 10_000 }).toEqual([writer.threadId]);
  expect(await countIdleTransactions(server)).toBe(1);
  await Promise.all([writing, reading]);
});
