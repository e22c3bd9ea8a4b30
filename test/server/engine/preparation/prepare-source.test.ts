import { MysqlServer } from "@gtid-ferry/engine/mysql";
import { PartialFailure, silent } from "@gtid-ferry/engine/operation";
import { describePreparation, prepareSource, restoreSource } from "@gtid-ferry/engine/preparation";
import { createConnection } from "mysql2/promise";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startTestMysql, type TestMysql } from "../../../../lab/testing.js";
import { sourcePicture } from "../../../helpers/source-picture.js";
import { preparationRequest } from "../../helpers/preparation-request.js";

let source: TestMysql;

beforeEach(async () => {
  source = await startTestMysql({ name: "prepare" });
  await source.rootQuery(
    "CREATE SCHEMA app",
    "CREATE TABLE app.item (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(20))",
    "CREATE USER writer@'127.0.0.1' IDENTIFIED BY 'writer'",
    "GRANT ALL ON app.* TO writer@'127.0.0.1'",
  );
});
afterEach(() => source.stop());

const request = () => preparationRequest(source.options);

const picture = () => sourcePicture(source);

function writer() {
  return createConnection({
    host: "127.0.0.1",
    port: source.port,
    user: "writer",
    password: "writer",
    ssl: { rejectUnauthorized: false },
  });
}

describe("prepareSource", () => {
  it("turns GTID on under write load without an error for the writers, and gives everything back", async () => {
    const before = await picture();
    let writing = true;
    const writers = Array.from({ length: 4 }, async () => {
      const connection = await writer();
      let written = 0;
      while (writing) {
        await connection.query("START TRANSACTION");
        await connection.query("INSERT INTO app.item (name) VALUES ('a')");
        await connection.query("UPDATE app.item SET name = 'b' WHERE id = LAST_INSERT_ID()");
        await connection.query("COMMIT");
        written += 1;
      }
      await connection.end();
      return written;
    });
    const result = await prepareSource(request(), undefined, silent);
    expect(result.state).toEqual({
      gtidMode: "ON",
      gtidConsistency: "ON",
      binlogExpireLogsSeconds: 604_800,
      replicationAccountGranted: true,
    });
    const persisted = await source.rootQuery(
      "SELECT VARIABLE_NAME AS name, VARIABLE_VALUE AS value FROM performance_schema.persisted_variables ORDER BY 1",
    );
    expect(persisted).toEqual([
      { name: "binlog_expire_logs_seconds", value: "604800" },
      { name: "enforce_gtid_consistency", value: "ON" },
      { name: "gtid_mode", value: "ON" },
    ]);
    expect(await source.rootQuery("SHOW GRANTS FOR gtid_ferry_repl@'127.0.0.1'")).toEqual([
      { "Grants for gtid_ferry_repl@127.0.0.1": "GRANT REPLICATION SLAVE ON *.* TO `gtid_ferry_repl`@`127.0.0.1`" },
    ]);
    await restoreSource(request(), silent);
    writing = false;
    const written = await Promise.all(writers);
    expect(Math.min(...written)).toBeGreaterThan(0);
    const [rows] = await source.rootQuery("SELECT COUNT(*) AS count FROM app.item");
    expect(rows?.count).toBe(written.reduce((sum, count) => sum + count, 0));
    expect(await picture()).toEqual(before);
  });

  it("survives a restart of the source in between, and a second run changes nothing", async () => {
    const result = await prepareSource(request(), undefined, silent);
    await source.restart();
    const lines: string[] = [];
    await prepareSource(request(), result.replicationPassword, (line) => lines.push(line));
    expect(lines.filter((line) => line.startsWith("source "))).toEqual([]);
    expect(await describePreparation(request(), true, silent)).toEqual([]);
  });

  it("goes on after dying at any step, and still knows the original values", async () => {
    await source.rootQuery("SET PERSIST binlog_expire_logs_seconds = 3600");
    const before = await picture();
    const quick = { ...request(), consistencyWatchSeconds: 0 };
    const steps = (await describePreparation(quick, false, silent)).length;
    expect(steps).toBe(18);
    for (let death = 0; death < steps; death += 1) {
      let done = -1;
      const dying = (line: string) => {
        if (line.startsWith("source ")) done += 1;
        if (done === death) throw new Error("died");
      };
      await expect(prepareSource(quick, undefined, dying)).rejects.toThrow("died");
      const { state } = await prepareSource(quick, undefined, silent);
      expect(state).toMatchObject({ gtidMode: "ON", gtidConsistency: "ON", replicationAccountGranted: true });
      await restoreSource(quick, silent);
      expect(await picture()).toEqual(before);
    }
  });

  it("hands on the password only once the account has it, and grants what a failed run did not", async () => {
    const quick = { ...request(), consistencyWatchSeconds: 0 };
    const failAt = async (statement: string, knownPassword?: string) => {
      const failing = (line: string) => {
        if (line.includes(statement)) throw new Error("connection lost");
      };
      const failure: unknown = await prepareSource(quick, knownPassword, failing).catch((error: unknown) => error);
      if (!(failure instanceof PartialFailure)) throw failure;
      return failure.partial;
    };
    expect(await failAt("CREATE USER")).not.toHaveProperty("replicationPassword");
    const { replicationPassword, state } = await failAt("GRANT REPLICATION SLAVE");
    expect(replicationPassword).toMatch(/^.{32}$/);
    expect(state.replicationAccountGranted).toBe(false);
    const result = await prepareSource(quick, replicationPassword, silent);
    expect(result.state.replicationAccountGranted).toBe(true);
    const replica = { ...source.options, user: "gtid_ferry_repl", password: result.replicationPassword };
    await MysqlServer.with(replica, "replica", (server) => server.execute("DO 1"));
    expect(await failAt("ALTER USER")).not.toHaveProperty("replicationPassword");
  });

  it("finds out before the backup that init_connect does not let the replication account in", async () => {
    await source.rootQuery(
      "CREATE TABLE app.logins (name VARCHAR(100))",
      "GRANT CONNECTION_ADMIN ON *.* TO ferry_admin",
      "SET GLOBAL init_connect = 'INSERT INTO app.logins VALUES (CURRENT_USER())'",
    );
    const quick = { ...request(), consistencyWatchSeconds: 0 };
    const failure: unknown = await prepareSource(quick, undefined, silent).catch((error: unknown) => error);
    expect(String(failure)).toContain('init_connect is "INSERT INTO app.logins VALUES (CURRENT_USER())"');
    await source.rootQuery("GRANT INSERT ON app.logins TO gtid_ferry_repl@'127.0.0.1'");
    if (!(failure instanceof PartialFailure)) throw failure;
    await prepareSource(quick, failure.partial.replicationPassword, silent);
    await restoreSource(quick, silent);
    await source.rootQuery("SET GLOBAL init_connect = ''", "DROP TABLE app.logins");
  });

  it("reports statements that GTID consistency would refuse, before the application gets an error", async () => {
    await source.rootQuery(
      "CREATE TABLE app.log (id INT) ENGINE = MyISAM",
      "CREATE TABLE app.keep (id INT PRIMARY KEY)",
    );
    const connection = await writer();
    let writing = true;
    const load = (async () => {
      while (writing) {
        await connection.query("START TRANSACTION");
        await connection.query("INSERT INTO app.item (name) VALUES ('x')");
        await connection.query("INSERT INTO app.log VALUES (1)");
        await connection.query("COMMIT");
      }
      await connection.end();
    })();
    await source.rootQuery("GRANT LOCK TABLES ON *.* TO ferry_admin");
    const careful = { ...request(), backupMethod: "xtrabackup" as const };
    await expect(prepareSource(careful, undefined, silent)).rejects.toThrow(/violates GTID consistency/);
    writing = false;
    await load;
    const [mode] = await source.rootQuery("SELECT @@gtid_mode AS mode, @@enforce_gtid_consistency AS consistency");
    expect(mode).toEqual({ mode: "OFF", consistency: "WARN" });
  });

  it("refuses an account that somebody else made, and a source that must not be changed, with nothing changed", async () => {
    const before = await picture();
    await expect(prepareSource({ ...request(), gtidEnabling: "never" }, undefined, silent)).rejects.toThrow(
      /gtid_mode is OFF/,
    );
    expect(await picture()).toEqual(before);
    await source.rootQuery("CREATE USER gtid_ferry_repl@'127.0.0.1' IDENTIFIED BY 'somebody'");
    const withForeign = await picture();
    await expect(prepareSource(request(), undefined, silent)).rejects.toThrow(/exists and was not created here/);
    expect(await picture()).toEqual(withForeign);
  });
});
