import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { MysqlServer, parseVersion } from "../../../../engine/mysql/index.js";
import { runPreflight, versionOfTag } from "../../../../engine/preflight/index.js";
import { checkUpgrade } from "../../../../engine/preflight/upgrade/check-upgrade.js";
import { UPGRADE_RULES } from "../../../../engine/preflight/upgrade/rules.js";
import {
  autoIncrementQuery,
  delimitersQuery,
  pluginsQuery,
  prefixPartitionsQuery,
  privilegesQuery,
} from "../../../../engine/preflight/upgrade/schema-queries.js";
import { startTestMysql, type TestMysql } from "../../../../lab/testing.js";

let server: TestMysql;
beforeAll(async () => {
  server = await startTestMysql({ name: "upgrade" });
});
afterAll(() => server.stop());

const upgrade = (from: string, to: string) =>
  MysqlServer.with(server.options, "source", async (source) => {
    const findings = await checkUpgrade(source, parseVersion(from), parseVersion(to));
    return Object.fromEntries(findings.map(({ check, severity, seen }) => [check, `${severity}: ${seen}`]));
  });

it("asks what the two releases are about, and nothing of a source that has nothing of it", async () => {
  expect(await upgrade("8.4.6", "8.4.8")).toEqual({});
  const none = (...names: string[]) => Object.fromEntries(names.map((name) => [`upgrade-${name}`, "ok: none"]));
  expect(await upgrade("8.4.6", "9.7.4")).toEqual(none("names", "programs", "triggers"));
  expect(await upgrade("8.0.26", "8.0.43")).toEqual(none("names", "programs", "spatial-indexes", "date-delimiters"));
  expect(await upgrade("8.0.26", "8.4.8")).toEqual(
    none(...UPGRADE_RULES.map(({ check }) => check.replace("upgrade-", ""))),
  );
});

it("names what it finds", async () => {
  await server.rootQuery(
    "CREATE SCHEMA up",
    "CREATE SCHEMA `library`",
    "CREATE TABLE up.parent (a INT, b INT, c INT, PRIMARY KEY (a, b), KEY (c), `external` INT, KEY `manual` (b))",
    "CREATE TABLE up.child (a INT, b INT, FOREIGN KEY whole (a, b) REFERENCES up.parent (a, b))",
    "SET SESSION restrict_fk_on_non_standard_key = OFF",
    "CREATE TABLE up.part (a INT, CONSTRAINT part FOREIGN KEY (a) REFERENCES up.parent (a))",
    "CREATE TABLE up.loose (a INT, CONSTRAINT loose FOREIGN KEY (a) REFERENCES up.parent (c))",
    "CREATE TABLE up.place (p POINT NOT NULL SRID 4326, SPATIAL INDEX here (p))",
    "CREATE PROCEDURE up.old() BEGIN SELECT 'innodb_log_file_size'; END",
    "CREATE PROCEDURE up.fine() BEGIN SELECT 'qualified', `qualify` FROM up.none; END",
    "CREATE PROCEDURE up.word(IN `qualify` INT) BEGIN DECLARE tablesample_rate INT; SELECT 1 /* qualify */; END",
    "CREATE EVENT up.waits ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT up.wait_until_sql_thread_after_gtids('x', 1)",
  );
  expect(await upgrade("8.0.36", "8.4.8")).toEqual({
    "upgrade-names": "warning: index up.parent.manual, parameter up.word.qualify",
    "upgrade-programs": "warning: routine up.word has qualify, event up.waits has wait_until_sql_thread_after_gtids",
    "upgrade-auto-increment": "ok: none",
    "upgrade-partition-keys": "ok: none",
    "upgrade-foreign-keys": "warning: up.loose.loose, up.part.part",
    "upgrade-spatial-indexes": "warning: up.place.here",
    "upgrade-triggers": "ok: none",
    "upgrade-privileges": "ok: none",
    "upgrade-plugins": "ok: none",
  });
  expect(await upgrade("8.4.6", "9.7.4")).toEqual({
    "upgrade-names": "warning: schema library, column up.parent.external",
    "upgrade-programs": "warning: routine up.old has innodb_log_file_size",
    "upgrade-triggers": "ok: none",
  });
});

it("finds what this server no longer lets one make, by what is like it", async () => {
  await server.rootQuery(
    "CREATE SCHEMA alike",
    "CREATE TABLE alike.counter (a INT AUTO_INCREMENT PRIMARY KEY)",
    "CREATE TABLE alike.whole (a VARCHAR(40) NOT NULL, PRIMARY KEY (a)) PARTITION BY KEY (a)",
    "CREATE TABLE alike.prefix (a VARCHAR(40) NOT NULL, b INT, KEY (a(5))) PARTITION BY RANGE COLUMNS (a) (PARTITION one VALUES LESS THAN ('2022_02_01'), PARTITION two VALUES LESS THAN ('2023-02-01'), PARTITION rest VALUES LESS THAN (MAXVALUE))",
  );
  await MysqlServer.with(server.options, "source", async (source) => {
    const found = async (sql: string) =>
      (await source.query(sql, [], z.object({ what: z.string() }))).map(({ what }) => what);
    expect(await found(autoIncrementQuery(["int"]))).toContain("alike.counter.a");
    expect(await found(prefixPartitionsQuery(["KEY", "RANGE COLUMNS"]))).toEqual(["alike.prefix"]);
    expect(await found(delimitersQuery(["varchar"]))).toEqual(["alike.prefix partition one"]);
    expect(await found(pluginsQuery(["innodb", "none"]))).toEqual(["InnoDB"]);
    expect(await found(privilegesQuery(["XA_RECOVER_ADMIN"]))).toContain("XA_RECOVER_ADMIN of root@localhost");
  });
});

it("is part of a preflight for a target that is to be of a later release", async () => {
  const preflight = async (tag: string, settings: ReadonlyMap<string, string> = new Map()) => {
    const plannedTarget = { name: tag, version: versionOfTag(tag), isInPod: true, requiresTls: false, settings };
    const findings = await runPreflight({ source: server.options, purpose: "prepare", plannedTarget });
    return findings.map(({ check }) => check).filter((check) => /^(upgrade|target-settings)/.test(check));
  };
  expect(await preflight("9.7.4")).toEqual([]);
  expect(await preflight("26.7.0")).toEqual(["target-settings", "upgrade-triggers"]);
});
