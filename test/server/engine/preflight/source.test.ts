import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ConnectionOptions, MysqlServer, readServerFacts } from "../../../../engine/mysql/index.js";
import type { Finding } from "../../../../engine/operation/index.js";
import { type PreflightRequest, runPreflight } from "../../../../engine/preflight/index.js";
import { startTestMysql, type TestMysql } from "../../../../lab/testing.js";

const bySeverity = (findings: readonly Finding[], severity: Finding["severity"]) =>
  findings.filter((finding) => finding.severity === severity).map(({ check }) => check);
const find = (findings: readonly Finding[], check: string) => findings.find((finding) => finding.check === check);

describe("a legacy source", () => {
  let server: TestMysql;
  let request: PreflightRequest;
  beforeAll(async () => {
    server = await startTestMysql({ name: "preflight-legacy" });
    request = { source: server.options, purpose: "prepare", backupMethod: "clone" };
  });
  afterAll(() => server.stop());

  it("has nothing that prepare cannot change", async () => {
    const findings = await runPreflight({ ...request, wantedBinlogRetentionSeconds: 604_800 });
    expect(bySeverity(findings, "blocker")).toEqual([]);
    expect(bySeverity(findings, "warning")).toEqual([
      "gtid-mode",
      "gtid-consistency",
      "binlog-retention",
      "clone-plugin",
    ]);
  });

  it("must log the violations of GTID consistency that prepare looks for", async () => {
    await server.rootQuery(
      "SET GLOBAL log_error_verbosity = 1",
      "SET GLOBAL log_error_suppression_list = 'ER_RPL_GTID_UNSAFE_STMT_ON_NON_TRANS_TABLE'",
    );
    const findings = await runPreflight(request);
    await server.rootQuery("SET GLOBAL log_error_verbosity = 2", "SET GLOBAL log_error_suppression_list = ''");
    expect(bySeverity(findings, "blocker")).toEqual(["error-log-verbosity", "error-log-suppression"]);
  });

  it("is not changed by looking", async () => {
    const state = () =>
      MysqlServer.with(server.options, "source", async (source) => {
        const { now: _, ...facts } = await readServerFacts(source);
        return facts;
      });
    const before = await state();
    const position = await server.rootQuery("SHOW BINARY LOG STATUS");
    await runPreflight({ ...request, backupMethod: "xtrabackup" });
    expect(await state()).toEqual(before);
    expect(await server.rootQuery("SHOW BINARY LOG STATUS")).toEqual(position);
  });

  it("must be the expected one", async () => {
    const expectedSourceUuid = "00000000-0000-0000-0000-000000000001";
    const findings = await runPreflight({ ...request, expectedSourceUuid });
    expect(bySeverity(findings, "blocker")).toEqual(["source-identity"]);
    expect(find(findings, "source-identity")?.wanted).toBe(`server_uuid ${expectedSourceUuid}`);
  });

  it("names the replication account that somebody else has made", async () => {
    await server.rootQuery("CREATE USER repl@'10.10.%' IDENTIFIED BY 'x'");
    const replicationAccount = { user: "repl", host: "10.10.%" };
    expect(bySeverity(await runPreflight({ ...request, replicationAccount }), "blocker")).toEqual([
      "replication-account",
    ]);
    const ours = await runPreflight({ ...request, replicationAccount, replicationAccountIsOurs: true });
    expect(find(ours, "replication-account")?.seen).toBe("exists and is ours");
  });

  it("tells an account what it lacks, and looks as far as it may", async () => {
    await server.rootQuery(
      "CREATE ROLE reader",
      "GRANT SELECT, PROCESS ON *.* TO reader",
      "CREATE USER weak@'%' IDENTIFIED BY 'weak-secret'",
      "GRANT reader TO weak@'%'",
      "SET DEFAULT ROLE reader TO weak@'%'",
    );
    const weak: ConnectionOptions = { ...server.options, user: "weak", password: "weak-secret" };
    const findings = await runPreflight({ ...request, source: weak });
    expect(bySeverity(findings, "blocker")).toEqual(["privileges", "clone-plugin"]);
    const { seen = "", fix = "" } = find(findings, "privileges") ?? {};
    expect(seen).toContain("SYSTEM_VARIABLES_ADMIN (");
    expect(seen).toContain("BACKUP_ADMIN (takes the backup)");
    // The active role gives these.
    expect(seen).not.toMatch(/\bSELECT \(|PROCESS \(/);
    expect(find(findings, "xa-transactions")?.severity).toBe("warning");
    const grants = fix.split("\n").filter((line) => line.startsWith("GRANT "));
    await server.rootQuery(
      "GRANT INSERT, DELETE ON mysql.plugin TO weak@'%'",
      ...grants.map((line) => line.replace(/;$/, "")),
    );
    expect(bySeverity(await runPreflight({ ...request, source: weak }), "blocker")).toEqual([]);
  });
});

describe("a source with much to be said of", () => {
  let server: TestMysql;
  beforeAll(async () => {
    server = await startTestMysql({ name: "preflight-busy" });
    await server.rootQuery(
      "CREATE SCHEMA app",
      "CREATE TABLE app.plain (id INT PRIMARY KEY)",
      "CREATE TABLE app.keyless (a INT, b INT, KEY (b))",
      "CREATE TABLE app.log (a INT PRIMARY KEY) ENGINE = MyISAM",
      "ALTER TABLE app.plain ADD COLUMN c INT, ALGORITHM = INSTANT",
      `GRANT LOCK TABLES ON *.* TO ${server.options.user}`,
      "CREATE EVENT app.purge ON SCHEDULE EVERY 1 DAY STARTS '2040-01-01' DO DO 1",
      "CREATE EVENT app.asleep ON SCHEDULE EVERY 1 DAY DISABLE DO DO 1",
      "XA START 'orphan'",
      "INSERT INTO app.plain (id) VALUES (1)",
      "XA END 'orphan'",
      "XA PREPARE 'orphan'",
    );
  });
  afterAll(() => server.stop());

  it("has each of it named", async () => {
    const sessions = await Promise.all(["one", "two"].map((role) => MysqlServer.connect(server.options, role)));
    const [locker, backup] = sessions;
    try {
      await locker?.execute("SET SESSION binlog_format = 'STATEMENT'");
      await locker?.execute("LOCK TABLES app.keyless WRITE");
      await backup?.execute("LOCK INSTANCE FOR BACKUP");
      const findings = await runPreflight({ source: server.options, purpose: "prepare", backupMethod: "xtrabackup" });
      expect(bySeverity(findings, "blocker")).toEqual(["xa-transactions"]);
      const seenOf = (check: string) => find(findings, check)?.seen;
      expect(seenOf("xa-transactions")).toBe("1 transaction: 0x6F727068616E (format 1)");
      expect(seenOf("events")).toBe("1 enabled event: app.purge");
      expect(seenOf("primary-keys")).toBe("1 table without: app.keyless");
      expect(seenOf("storage-engines")).toBe("1 table: app.log (MyISAM)");
      expect(seenOf("instant-columns")).toBe("1 table: app.plain");
      expect(seenOf("binlog-sessions")).toMatch(/^session \d+ has binlog_format STATEMENT$/);
      expect(seenOf("obstructions")).toMatch(/session \d+: LOCK TABLES on app.keyless/);
      expect(seenOf("obstructions")).toMatch(/session \d+: LOCK INSTANCE FOR BACKUP/);
    } finally {
      await Promise.all(sessions.map((session) => session.close()));
    }
  });

  it("is quiet again when the sessions are gone", async () => {
    const findings = await runPreflight({ source: server.options, purpose: "prepare" });
    expect(find(findings, "obstructions")).toMatchObject({ severity: "ok", seen: "none" });
    expect(find(findings, "binlog-sessions")).toMatchObject({ severity: "ok" });
  });
});

describe("a source where logins are not what they seem", () => {
  let server: TestMysql;
  beforeAll(async () => {
    server = await startTestMysql({
      name: "preflight-logins",
      settings: { skip_name_resolve: "OFF" },
    });
    await server.rootQuery(
      "CREATE USER ferry_admin@'127.0.0.%' IDENTIFIED BY 'another'",
      "CREATE USER ''@'127.%' IDENTIFIED BY 'x'",
      "INSTALL COMPONENT 'file://component_validate_password'",
      "SET GLOBAL validate_password.policy = LOW",
      "INSTALL PLUGIN auth_socket SONAME 'auth_socket.so'",
      "CREATE USER operator@localhost IDENTIFIED WITH auth_socket",
      "SET GLOBAL init_connect = 'SET @x = 1', GLOBAL default_password_lifetime = 20",
      "CREATE SCHEMA app",
      "CREATE DEFINER = gone@localhost EVENT app.orphan ON SCHEDULE EVERY 1 DAY STARTS '2040-01-01' DO DO 1",
    );
  });
  afterAll(() => server.stop());

  it("has each of it named", async () => {
    // The administrator's own account is for any host; from here another one comes first.
    await server.rootQuery("ALTER USER ferry_admin@'127.0.0.%' IDENTIFIED BY 'gtid-ferry-lab-admin'");
    await server.rootQuery(
      "GRANT ferry_admin@'%' TO ferry_admin@'127.0.0.%'",
      "SET DEFAULT ROLE ALL TO ferry_admin@'127.0.0.%'",
    );
    const findings = await runPreflight({ source: server.options, purpose: "prepare", backupMethod: "clone" });
    const seenOf = (check: string) => [find(findings, check)?.severity, find(findings, check)?.seen];
    expect(seenOf("administrator-login")).toEqual(["ok", "'ferry_admin'@'127.0.0.%'"]);
    expect(seenOf("anonymous-accounts")).toEqual(["warning", "''@'127.%'"]);
    expect(seenOf("init-connect")).toEqual(["warning", "SET @x = 1"]);
    expect(seenOf("event-owners")).toEqual(["warning", "without a definer: app.orphan of gone@localhost"]);
    expect(seenOf("password-expiry")[1]).toMatch(/'ferry_admin'@'127.0.0.%' in \d+ days$/);
    expect(seenOf("authentication-plugins")).toEqual(["warning", "auth_socket (1 account)"]);
    expect(seenOf("loaded-libraries")[1]).toBe(
      "component file://component_validate_password, authentication plugin auth_socket (auth_socket.so)",
    );
    expect(seenOf("settings")).toEqual([
      "warning",
      "set here, and not handed to the target: init_connect = SET @x = 1",
    ]);
  });
});

describe("a source that needs a restart", () => {
  let server: TestMysql;
  beforeAll(async () => {
    server = await startTestMysql({
      name: "preflight-unfit",
      settings: { skip_log_bin: 1, binlog_row_image: "MINIMAL", binlog_format: "MIXED", server_id: 0 },
    });
    await server.rootQuery(
      "CREATE SCHEMA app",
      "CREATE TABLE app.log (a INT PRIMARY KEY) ENGINE = MyISAM",
      "SET GLOBAL super_read_only = 1",
    );
  });
  afterAll(() => server.stop());

  it("gets every blocker at once, with the lines to add", async () => {
    const findings = await runPreflight({ source: server.options, purpose: "prepare", backupMethod: "clone" });
    expect(bySeverity(findings, "blocker")).toEqual([
      "writable",
      "log-bin",
      "server-id",
      "binlog-format",
      "binlog-row-image",
      "storage-engines",
    ]);
    expect(find(findings, "log-bin")?.fix).toBe(
      "needs a restart: add to my.cnf and restart mysqld\n  [mysqld]\n  log_bin = binlog\n  server_id = <a number no other server has>",
    );
  });
});
