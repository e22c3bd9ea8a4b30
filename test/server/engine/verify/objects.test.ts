import { silent } from "@gtid-ferry/engine/operation";
import { ensureChannel } from "@gtid-ferry/engine/replication";
import { describeReport, showObject, verifyData } from "@gtid-ferry/engine/verify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Pair, startPair, verificationOf } from "../../helpers/pair.js";

let pair: Pair;

beforeAll(async () => {
  pair = await startPair("verify-objects");
  await ensureChannel(pair.channel, silent);
  await pair.source.rootQuery(
    "CREATE SCHEMA shop CHARACTER SET latin1",
    "USE shop",
    "CREATE TABLE customer (id INT AUTO_INCREMENT PRIMARY KEY, email VARCHAR(50) UNIQUE, age INT CHECK (age > 0))",
    "CREATE TABLE sale (id INT PRIMARY KEY, customer INT, FOREIGN KEY (customer) REFERENCES customer (id) ON DELETE CASCADE)",
    "CREATE TABLE visit (id INT, day DATE, PRIMARY KEY (id, day)) PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN MAXVALUE)",
    "INSERT INTO customer (email, age) VALUES ('a', 1), ('b', 2)",
    "CREATE VIEW grown_up AS SELECT id FROM customer WHERE age > 17",
    "CREATE TRIGGER older BEFORE UPDATE ON customer FOR EACH ROW SET NEW.age = NEW.age + 1",
    "CREATE PROCEDURE greet(IN name VARCHAR(10)) SELECT name",
    "CREATE FUNCTION twice(n INT) RETURNS INT DETERMINISTIC RETURN 2 * n",
    "CREATE EVENT tidy ON SCHEDULE EVERY 1 DAY STARTS '2040-01-01' DO DELETE FROM visit",
    "CREATE USER clerk@'%' IDENTIFIED BY 'old'",
    "GRANT SELECT, INSERT ON shop.* TO clerk@'%'",
    "CREATE USER auditor@'%' IDENTIFIED BY 'a'",
    "GRANT SELECT ON *.* TO auditor@'%'",
    "CREATE TABLE book (id INT PRIMARY KEY, title VARCHAR(50), FULLTEXT INDEX title (title) WITH PARSER ngram)",
    "CREATE VIEW adult AS SELECT id FROM customer",
    "CREATE SCHEMA archive",
    "CREATE TABLE plain (id INT PRIMARY KEY)",
    "CREATE TABLE plainer (id INT PRIMARY KEY)",
  );
});
afterAll(() => pair.stop());

const verify = (ignoredObjects: readonly string[] = []) =>
  verifyData({ ...verificationOf(pair), ignoredObjects }, silent);
const onTarget = (...statements: string[]) =>
  pair.target.rootQuery(
    "SET sql_log_bin = 0",
    "SET GLOBAL super_read_only = OFF",
    "USE shop",
    ...statements,
    "SET GLOBAL super_read_only = ON",
  );

describe("what beside rows belongs to a database", () => {
  it("is the same where replication brought it", async () => {
    expect(describeReport(await verify())[0]).toMatch(/^OK: /);
  });

  it("may have a lower counter, which is worth a note", async () => {
    await pair.source.rootQuery("BEGIN", "INSERT INTO shop.customer (age) VALUES (1), (2)", "ROLLBACK");
    const { notes, equal } = await verify();
    expect(notes.join("\n")).toMatch(/AUTO_INCREMENT of shop.customer: next is 5 on source .*, 3 on target/);
    expect(equal).toBe(true);
  });

  it.each([
    ["a trigger", "trigger shop.older", ["DROP TRIGGER older"]],
    ["a view", "view shop.grown_up", ["CREATE OR REPLACE VIEW grown_up AS SELECT id FROM customer WHERE age > 18"]],
    [
      "a procedure",
      "procedure shop.greet",
      ["DROP PROCEDURE greet", "CREATE PROCEDURE greet(IN name VARCHAR(10)) SELECT 1"],
    ],
    [
      "a parameter",
      "parameters of function shop.twice",
      ["DROP FUNCTION twice", "CREATE FUNCTION twice(n BIGINT) RETURNS INT DETERMINISTIC RETURN 2 * n"],
    ],
    ["an event", "event shop.tidy", ["ALTER EVENT tidy ON SCHEDULE EVERY 2 DAY"]],
    ["a grant", "grants of 'clerk'@'%'", ["REVOKE INSERT ON shop.* FROM clerk@'%'"]],
    ["a password", "account 'clerk'@'%'", ["ALTER USER clerk@'%' IDENTIFIED BY 'new'"]],
    ["an account", "account 'extra'@'%'", ["CREATE USER extra@'%'"]],
    ["a schema's collation", "schema shop", ["ALTER SCHEMA shop CHARACTER SET utf8mb4"]],
    ["an index", "index shop.customer.age", ["ALTER TABLE customer ADD INDEX age (age)"]],
    ["a foreign key", "foreign key shop.sale.sale_ibfk_1", ["ALTER TABLE sale DROP FOREIGN KEY sale_ibfk_1"]],
    ["a check", "check constraint shop.customer_chk_1", ["ALTER TABLE customer DROP CHECK customer_chk_1"]],
    [
      "a partition",
      "partition shop.visit.p1",
      [
        "ALTER TABLE visit REORGANIZE PARTITION p1 INTO (PARTITION p1 VALUES LESS THAN (20), PARTITION p2 VALUES LESS THAN MAXVALUE)",
      ],
    ],
    [
      "a column's collation",
      "column shop.customer.email",
      ["ALTER TABLE customer MODIFY email VARCHAR(50) CHARACTER SET latin1 COLLATE latin1_bin"],
    ],
    ["a table", "table shop.sale", ["DROP TABLE sale"]],
    ["a column's comment", "column shop.visit.day", ["ALTER TABLE visit MODIFY day DATE COMMENT 'of the visit'"]],
    [
      "an index's comment",
      "index shop.book.title",
      ["ALTER TABLE book DROP INDEX title, ADD FULLTEXT INDEX title (title) WITH PARSER ngram COMMENT 'x'"],
    ],
    [
      "a fulltext parser",
      "statement of table shop.book",
      ["ALTER TABLE book DROP INDEX title, ADD FULLTEXT INDEX title (title)"],
    ],
    ["a table's file", "statement of table shop.plain", ["ALTER TABLE plain AUTOEXTEND_SIZE = 4M"]],
    [
      "a column's format",
      "statement of table shop.plainer",
      ["ALTER TABLE plainer MODIFY id INT COLUMN_FORMAT DYNAMIC"],
    ],
    ["a view's algorithm", "view shop.adult", ["ALTER ALGORITHM = TEMPTABLE VIEW adult AS SELECT id FROM customer"]],
    ["a schema's option", "schema options archive", ["ALTER SCHEMA archive READ ONLY = 1"]],
    [
      "a server definition",
      "server definition far",
      ["CREATE SERVER far FOREIGN DATA WRAPPER mysql OPTIONS (HOST 'h', PASSWORD 'p')"],
    ],
    [
      "a spatial reference system",
      "spatial reference system `990001`",
      [
        'CREATE SPATIAL REFERENCE SYSTEM 990001 NAME \'mine\' DEFINITION \'GEOGCS["mine",DATUM["d",SPHEROID["s",6378137,298.25]],PRIMEM["Greenwich",0],UNIT["degree",0.017453292519943278],AXIS["Lon",EAST],AXIS["Lat",NORTH]]\'',
      ],
    ],
    [
      "a component",
      "component `file://component_query_attributes`",
      ["INSTALL COMPONENT 'file://component_query_attributes'"],
    ],
    ["a plugin", "plugin mysql_no_login", ["INSTALL PLUGIN mysql_no_login SONAME 'mysql_no_login.so'"]],
    ["a general tablespace", "tablespace apart", ["CREATE TABLESPACE apart ADD DATAFILE 'apart.ibd'"]],
    [
      "an optimizer cost",
      "cost of a server's operation row_evaluate_cost",
      ["UPDATE mysql.server_cost SET cost_value = 1 WHERE cost_name = 'row_evaluate_cost'"],
    ],
    ["a role", "grants of 'clerk'@'%'", ["CREATE ROLE reader", "GRANT reader TO clerk@'%'"]],
    ["a default role", "grants of 'clerk'@'%'", ["SET DEFAULT ROLE reader TO clerk@'%'"]],
    [
      "a partial revoke",
      "account 'auditor'@'%'",
      ["SET GLOBAL partial_revokes = ON", "REVOKE SELECT ON mysql.* FROM auditor@'%'"],
    ],
    ["a dynamic privilege", "grants of 'auditor'@'%'", ["GRANT BACKUP_ADMIN ON *.* TO auditor@'%' WITH GRANT OPTION"]],
    ["a column's privilege", "grants of 'auditor'@'%'", ["GRANT UPDATE (age) ON shop.customer TO auditor@'%'"]],
    ["a routine's privilege", "grants of 'auditor'@'%'", ["GRANT EXECUTE ON FUNCTION shop.twice TO auditor@'%'"]],
    ["a proxy", "grants of 'auditor'@'%'", ["GRANT PROXY ON clerk@'%' TO auditor@'%'"]],
    ["an account's resource limit", "account 'auditor'@'%'", ["ALTER USER auditor@'%' WITH MAX_USER_CONNECTIONS 3"]],
    ["an account's attribute", "account 'auditor'@'%'", ["ALTER USER auditor@'%' ATTRIBUTE '{\"team\": \"a\"}'"]],
    [
      "a time zone",
      "time zone `Ferry/Nowhere`",
      [
        "INSERT INTO mysql.time_zone VALUES (7777, 'N')",
        "INSERT INTO mysql.time_zone_name VALUES ('Ferry/Nowhere', 7777)",
        "INSERT INTO mysql.time_zone_transition_type VALUES (7777, 0, 3600, 0, 'FN')",
      ],
    ],
  ] as const)("differs in %s", async (_what, name, statements) => {
    await onTarget(...statements);
    const { objects, equal } = await verify();
    expect(objects.map(showObject)).toContain(name);
    expect(equal).toBe(false);
  });

  it("may be hidden from the administrator, which is said, and is seen with the privilege", async () => {
    const group = "CREATE RESOURCE GROUP batch TYPE = USER VCPU = 0";
    await onTarget(group);
    expect((await verify()).notes).toContain(
      "resource groups are not compared: the administrator does not see them without RESOURCE_GROUP_USER or RESOURCE_GROUP_ADMIN",
    );
    await pair.source.rootQuery("GRANT RESOURCE_GROUP_USER ON *.* TO ferry_admin@'%'");
    await onTarget("GRANT RESOURCE_GROUP_USER ON *.* TO ferry_admin@'%'");
    expect((await verify()).objects.map(showObject)).toContain("resource group batch");
  });

  it("keeps no hash of a password", async () => {
    const { objects } = await verify();
    expect(JSON.stringify(objects)).not.toMatch(/IDENTIFIED|\$A\$|0x[0-9A-F]{20}/);
  });

  it("is not called the same by an account that does not see all of it", async () => {
    await pair.target.rootQuery(
      "SET GLOBAL super_read_only = OFF",
      "SET sql_log_bin = 0",
      "REVOKE TRIGGER ON *.* FROM ferry_admin@'%'",
    );
    await expect(verify()).rejects.toThrow(/target 127.*\n.*lacks TRIGGER ON/);
  });
});
