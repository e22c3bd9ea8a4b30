import { errnoOf } from "@gtid-ferry/engine/mysql";
import { type Connection, createConnection } from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ADMINISTRATOR_GRANTS } from "../../../lab/mysqld/index.js";
import { startTestMysql, type TestMysql } from "../../../lab/testing.js";

let server: TestMysql;
beforeAll(async () => {
  server = await startTestMysql({ name: "administrator" });
  await server.rootQuery(
    "SET SESSION sql_log_bin = 0",
    "CREATE SCHEMA gtid_ferry",
    "CREATE TABLE gtid_ferry.ledger (a INT PRIMARY KEY)",
    "CREATE SCHEMA shop",
    "CREATE TABLE shop.t (a INT)",
    "CREATE VIEW shop.v AS SELECT a FROM shop.t",
    "CREATE TRIGGER shop.tr BEFORE INSERT ON shop.t FOR EACH ROW SET NEW.a = 1",
    "CREATE EVENT shop.tick ON SCHEDULE EVERY 1 DAY DO SET @a = 1",
  );
});
afterAll(() => server.stop());

/** What each privilege is for: statements in one session of the administrator; the first one that matters fails without it. */
const USES: Readonly<Record<string, readonly string[]>> = {
  SELECT: ["SELECT User FROM mysql.user", "SELECT * FROM shop.t"],
  EVENT: ["SHOW EVENTS FROM shop"],
  TRIGGER: ["SHOW CREATE TRIGGER shop.tr"],
  "SHOW VIEW": ["SHOW CREATE VIEW shop.v"],
  "CREATE USER": ["CREATE USER r@h IDENTIFIED BY 'x'", "DROP USER r@h"],
  "REPLICATION SLAVE": ["CREATE USER r@h IDENTIFIED BY 'x'", "GRANT REPLICATION SLAVE ON *.* TO r@h", "DROP USER r@h"],
  RELOAD: ["FLUSH BINARY LOGS", "RESET REPLICA ALL"],
  PROCESS: ["SELECT NAME FROM information_schema.INNODB_TABLESPACES"],
  "REPLICATION CLIENT": ["SHOW REPLICA STATUS", "SHOW BINARY LOGS"],
  CREATE: ["CREATE TABLE gtid_ferry.more (a INT)", "DROP TABLE gtid_ferry.more"],
  DROP: ["DROP TABLE IF EXISTS gtid_ferry.nothing"],
  INSERT: ["INSERT INTO gtid_ferry.ledger VALUES (1)", "DELETE FROM gtid_ferry.ledger"],
  UPDATE: ["UPDATE gtid_ferry.ledger SET a = 2"],
  DELETE: ["DELETE FROM gtid_ferry.ledger WHERE a = 3"],
  "INSERT ON mysql.plugin": ["INSTALL PLUGIN clone SONAME 'mysql_clone.so'", "UNINSTALL PLUGIN clone"],
  "DELETE ON mysql.plugin": ["INSTALL PLUGIN clone SONAME 'mysql_clone.so'", "UNINSTALL PLUGIN clone"],
  SYSTEM_VARIABLES_ADMIN: [
    "SET SESSION sql_log_bin = 0",
    "SET PERSIST binlog_expire_logs_seconds = 90000",
    "SET GLOBAL super_read_only = OFF",
    "SET GLOBAL gtid_purged = '+'",
  ],
  PERSIST_RO_VARIABLES_ADMIN: ["SET PERSIST gtid_mode = OFF", "RESET PERSIST gtid_mode"],
  REPLICATION_SLAVE_ADMIN: ["STOP REPLICA"],
  BACKUP_ADMIN: ["LOCK INSTANCE FOR BACKUP", "UNLOCK INSTANCE", "SELECT * FROM performance_schema.log_status"],
  CONNECTION_ADMIN: ["SET GLOBAL offline_mode = ON", "SET GLOBAL offline_mode = OFF"],
  XA_RECOVER_ADMIN: ["XA RECOVER"],
  "LOCK TABLES": ["LOCK TABLES shop.t READ", "UNLOCK TABLES"],
};

const ACCESS_DENIED = [1044, 1045, 1142, 1143, 1227, 1401, 3619, 3630];

async function asAdministrator(statements: readonly string[]): Promise<void> {
  let connection: Connection | undefined;
  try {
    const { host, port, user, password } = server.options;
    connection = await createConnection({ host, port, user, password, ssl: { rejectUnauthorized: false } });
    for (const sql of statements) await connection.query(sql);
  } finally {
    await connection?.end();
  }
}

const privileges = ADMINISTRATOR_GRANTS.flatMap(({ privileges, on, withGrantOption }) =>
  privileges.map((privilege) => ({ privilege, on, withGrantOption })),
);

describe("each privilege of the administrator is enough and needed", () => {
  test.each(privileges)("$privilege on $on", async ({ privilege, on, withGrantOption }) => {
    const uses = USES[on === "mysql.plugin" ? `${privilege} ON ${on}` : privilege];
    if (uses === undefined) throw new Error(`no use of ${privilege} is known`);
    await asAdministrator(uses);
    const account = "ferry_admin@'%'";
    await server.rootQuery("SET SESSION sql_log_bin = 0", `REVOKE ${privilege} ON ${on} FROM ${account}`);
    try {
      const denied = await asAdministrator(uses).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(ACCESS_DENIED, String(denied)).toContain(errnoOf(denied));
    } finally {
      const option = withGrantOption === true ? " WITH GRANT OPTION" : "";
      await server.rootQuery(
        "SET SESSION sql_log_bin = 0",
        "DROP USER IF EXISTS r@h",
        `GRANT ${privilege} ON ${on} TO ${account}${option}`,
      );
    }
  });
});

test("the administrator cannot write the application's data or stop the server", async () => {
  for (const sql of ["INSERT INTO shop.t VALUES (1)", "DROP TABLE shop.t", "CREATE SCHEMA other", "SHUTDOWN"]) {
    await expect(asAdministrator([sql])).rejects.toSatisfy((error) => ACCESS_DENIED.includes(errnoOf(error) ?? 0));
  }
});
