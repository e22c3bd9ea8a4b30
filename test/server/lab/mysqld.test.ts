import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { MysqlServer, readServerFacts } from "@gtid-ferry/engine/mysql";
import { createConnection } from "mysql2/promise";
import { afterEach, describe, expect, test } from "vitest";
import { LabMysqld } from "../../../lab/mysqld/index.js";
import { startTestMysql, type TestMysql, testInstallation } from "../../../lab/testing.js";

const started: TestMysql[] = [];
const start = async (settings = {}) => {
  const server = await startTestMysql({ name: "mysqld", settings });
  started.push(server);
  return server;
};
afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.stop()));
});

const facts = (server: TestMysql) => MysqlServer.with(server.options, "source", readServerFacts);

describe("a server of the lab", () => {
  test("is a legacy source that the administrator reaches by TLS", async () => {
    const server = await start();
    expect(await facts(server)).toMatchObject({
      gtidMode: "OFF",
      gtidConsistency: "OFF",
      gtidExecuted: "",
      logBin: true,
      eventScheduler: "ON",
    });
    expect(await server.rootQuery("SHOW BINARY LOGS")).toHaveLength(1);
  });

  test("differs from another one in id, UUID, port and certificates", async () => {
    const [one, two] = [await start(), await start({ "gtid-mode": "ON", enforce_gtid_consistency: "ON" })];
    const [a, b] = [await facts(one), await facts(two)];
    expect(b.gtidMode).toBe("ON");
    expect(a.serverUuid).not.toBe(b.serverUuid);
    expect(a.serverId).not.toBe(b.serverId);
    expect(one.port).not.toBe(two.port);
    const certificate = (server: TestMysql) => readFileSync(join(server.directory, "data/ca.pem"), "utf8");
    expect(certificate(one)).not.toBe(certificate(two));
  });

  test("keeps committed data, identity and persisted settings through kill and restart", async () => {
    const server = await start();
    const before = await facts(server);
    await server.rootQuery("CREATE SCHEMA shop", "CREATE TABLE shop.t (a INT)", "INSERT INTO shop.t VALUES (7)");
    await server.rootQuery("SET PERSIST binlog_expire_logs_seconds = 86400");
    await server.kill();
    await expect(server.rootQuery("SELECT 1")).rejects.toMatchObject({ code: "ECONNREFUSED" });
    await server.restart();
    const after = await facts(server);
    expect(await server.rootQuery("SELECT a FROM shop.t")).toEqual([{ a: 7 }]);
    expect(after).toMatchObject({ serverUuid: before.serverUuid, serverId: before.serverId });
    expect(await server.rootQuery("SELECT @@GLOBAL.binlog_expire_logs_seconds AS seconds")).toEqual([
      { seconds: 86400 },
    ]);
  });

  test("lets root in by socket only and the application into its schema only", async () => {
    const server = await start();
    const root = createConnection({ host: "127.0.0.1", port: server.port, user: "root" });
    await expect(root).rejects.toMatchObject({ code: "ER_ACCESS_DENIED_ERROR" });
    const application = await createConnection({ host: "127.0.0.1", port: server.port, ...server.app });
    await application.query("CREATE SCHEMA shop");
    await expect(application.query("CREATE SCHEMA other")).rejects.toMatchObject({ code: "ER_DBACCESS_DENIED_ERROR" });
    await application.end();
  });

  test("is found running by its directory and not started twice", async () => {
    const server = await start();
    const options = { directory: server.directory, settings: { max_connections: 5 } };
    const again = await LabMysqld.start(await testInstallation(), options);
    expect(again.port).toBe(server.port);
    expect(LabMysqld.find(await testInstallation(), server.directory)?.process).toEqual(again.process);
    expect(await again.rootQuery("SELECT @@max_connections <> 5 AS unchanged")).toEqual([{ unchanged: 1 }]);
  });

  test("that cannot start says why and leaves no process", async () => {
    await expect(start({ no_such_setting: 1 })).rejects.toThrow(/unknown variable 'no_such_setting=1'/);
  });

  test("refuses a port that somebody else has", async () => {
    const server = await start();
    await server.kill();
    const foreign = createServer().listen(server.port, "127.0.0.1");
    await expect(server.restart()).rejects.toThrow("another process listens on that port");
    await new Promise((closed) => foreign.close(closed));
  });

  test("is gone with its directory after the test", async () => {
    const server = await start();
    await server.stop();
    expect(existsSync(server.directory)).toBe(false);
  });
});
