import { describe, expect, it } from "vitest";
import { parseVersion } from "../../../../engine/mysql/index.js";
import {
  checkCloneDdl,
  checkClonePlugin,
  checkEncryption,
  checkEngines,
  checkInstantColumns,
  checkKeyringPair,
  checkPrimaryKeys,
  checkSystemTablespace,
  checkTablespaceFiles,
} from "../../../../engine/preflight/checks/storage.js";
import { brief, listed, PREPARE, sourceWith, targetWith } from "./observations.js";

const CLONE = { ...PREPARE, backupMethod: "clone" } as const;
const XTRABACKUP = { ...PREPARE, backupMethod: "xtrabackup" } as const;

describe("storage engines", () => {
  const tables = listed(
    { schema: "app", table: "log", engine: "MyISAM" },
    { schema: "app", table: "broken", engine: null },
  );
  it.each([
    [CLONE, "blocker"],
    [XTRABACKUP, "warning"],
    [PREPARE, "warning"],
  ])("other than InnoDB, for %o: %s", (context, severity) => {
    expect(checkEngines(sourceWith({ otherEngineTables: tables }), context)).toMatchObject({
      severity,
      seen: "2 tables: app.log (MyISAM), app.broken (cannot be opened)",
    });
  });

  it("are fine when all are InnoDB", () => expect(checkEngines(sourceWith(), CLONE).severity).toBe("ok"));
  it("are unknown without the privilege to look", () => {
    expect(brief(checkEngines(sourceWith({ otherEngineTables: { unseen: "error 1142" } }), CLONE))).toEqual([
      "warning",
      "storage-engines",
      "error 1142",
      "give the administrator's account the missing privilege, or make sure of this by hand",
    ]);
  });
});

it.each([
  ["8.0.26", CLONE, ["warning"]],
  ["8.0.27", CLONE, []],
  ["8.0.26", XTRABACKUP, []],
])("CLONE of %s holds up DDL", (version, context, severities) => {
  const source = sourceWith({}, { version: parseVersion(version) });
  expect(checkCloneDdl(source, context).map(({ severity }) => severity)).toEqual(severities);
});

it("names some tables without a primary key and counts the others", () => {
  const rows = Array.from({ length: 20 }, (_, at) => ({ schema: "app", table: `t${at}` }));
  expect(checkPrimaryKeys(sourceWith({ tablesWithoutPrimaryKey: { value: { rows, total: 512 } } }))).toMatchObject({
    severity: "warning",
    seen: "512 tables without: app.t0, app.t1, app.t2, app.t3, app.t4, app.t5, app.t6, app.t7, app.t8, app.t9 and 502 more",
  });
  expect(checkPrimaryKeys(sourceWith()).severity).toBe("ok");
});

it("looks for INSTANT columns only with XtraBackup", () => {
  const instantTables = listed({ schema: "app", table: "t", rowVersions: 1, instantColumns: 0 });
  expect(checkInstantColumns(sourceWith({ instantTables }), XTRABACKUP)).toMatchObject([
    { severity: "warning", seen: "1 table: app.t" },
  ]);
  expect(checkInstantColumns(sourceWith(), XTRABACKUP)).toMatchObject([{ severity: "ok" }]);
  expect(checkInstantColumns(sourceWith({ instantTables }), CLONE)).toEqual([]);
});

it.each([
  [[["clone", "ACTIVE"]], [], "ok", "ACTIVE", ""],
  [
    [],
    ["GRANT INSERT, DELETE ON `mysql`.`plugin` TO `admin`@`%`"],
    "warning",
    "not installed",
    "nothing: the backup installs it, and removes it again",
  ],
  [
    [],
    ["GRANT INSERT ON *.* TO `admin`@`%`"],
    "blocker",
    "not installed, and the account may not install it",
    "GRANT INSERT, DELETE ON mysql.plugin TO 'admin'@'%'; or install it: INSTALL PLUGIN clone SONAME 'mysql_clone.so';",
  ],
  [
    [["clone", "DISABLED"]],
    [],
    "blocker",
    "installed, but DISABLED",
    "UNINSTALL PLUGIN clone; INSTALL PLUGIN clone SONAME 'mysql_clone.so';",
  ],
] as const)("clone plugin %o with %o", (plugins, grantLines, severity, seen, fix) => {
  const source = sourceWith({ plugins: new Map(plugins), grantLines });
  expect(checkClonePlugin(source, CLONE)).toMatchObject([{ severity, seen, fix }]);
});

it("needs no clone plugin for XtraBackup", () => expect(checkClonePlugin(sourceWith(), XTRABACKUP)).toEqual([]));

describe("tablespace files", () => {
  const strayTablespaces = listed({ name: "ext/a", path: "/srv/ext/ext/a.ibd" }, { name: "ts", path: "/srv/ts.ibd" });
  it.each([CLONE, XTRABACKUP])("that a restore would put back at the source's path block %o", (context) => {
    expect(checkTablespaceFiles(sourceWith({ strayTablespaces }), context)).toMatchObject([
      { severity: "blocker", seen: "2 tablespaces: ext.a (/srv/ext/ext/a.ibd), ts (/srv/ts.ibd)" },
    ]);
    expect(checkTablespaceFiles(sourceWith(), context)).toMatchObject([{ severity: "ok" }]);
  });

  it("are of no interest where no backup is made", () => {
    expect(checkTablespaceFiles(sourceWith({ strayTablespaces }), PREPARE)).toEqual([]);
  });

  it.each([
    ["ibdata1:12M:autoextend", "ok", "the default file"],
    [
      "ibdata1:1G;ibdata2:50M:autoextend:max:500G",
      "ok",
      "ibdata1:1G;ibdata2:50M:autoextend:max:500G; the target gets the same setting",
    ],
    [
      "/disk1/ibdata1:1G;ibdata2:50M:autoextend",
      "blocker",
      "innodb_data_file_path is /disk1/ibdata1:1G;ibdata2:50M:autoextend",
    ],
    ["/dev/hdd1:3Gnewraw", "blocker", "innodb_data_file_path is /dev/hdd1:3Gnewraw"],
    ["sub/ibdata1:12M", "blocker", "innodb_data_file_path is sub/ibdata1:12M"],
  ])("of the system tablespace: %s is %s", (innodb_data_file_path, severity, seen) => {
    expect(checkSystemTablespace(sourceWith({}, {}, { innodb_data_file_path }))).toMatchObject({ severity, seen });
  });
});

describe("encryption", () => {
  const encrypted = sourceWith({ encryptedTablespaces: listed("app/secrets") }, {}, { binlog_encryption: "ON" });
  it("is told, tablespaces and logs", () => {
    expect(checkEncryption(encrypted, PREPARE)).toMatchObject({
      severity: "warning",
      seen: "tablespaces app/secrets, binlog_encryption",
    });
    expect(checkEncryption(sourceWith(), { ...PREPARE, backupMethod: "clone" }).severity).toBe("ok");
  });

  it.each([
    [undefined, "component_keyring_file", "blocker", "with the keys of no active keyring"],
    ["keyring_file", "component_keyring_file", "blocker", "with the keys of keyring_file"],
    [
      "component_keyring_file",
      undefined,
      "blocker",
      "with the keys of component_keyring_file; the target is given none",
    ],
    [
      "component_keyring_file",
      "component_keyring_kmip",
      "blocker",
      "with the keys of component_keyring_file; the target is given component_keyring_kmip",
    ],
    [
      "component_keyring_file",
      "component_keyring_file",
      "ok",
      "with the keys of component_keyring_file, which the target is given too",
    ],
  ])("before a backup with %s, and %s for the target, is a %s", (active, targetKeyring, severity, seen) => {
    const source = { ...encrypted, activeKeyring: { value: active } };
    const context = {
      ...PREPARE,
      backupMethod: "clone",
      ...(targetKeyring === undefined ? {} : { targetKeyring }),
    } as const;
    expect(checkEncryption(source, context)).toMatchObject({
      severity,
      seen: `tablespaces app/secrets, binlog_encryption, ${seen}`,
    });
  });

  it("needs a keyring on the target", () => {
    expect(checkKeyringPair(encrypted, targetWith())).toMatchObject([{ severity: "blocker", seen: "none" }]);
    const withKeyring = targetWith({ activeKeyring: { value: "component_keyring_file" } });
    expect(checkKeyringPair(encrypted, withKeyring)).toMatchObject([
      { severity: "ok", seen: "component_keyring_file" },
    ]);
    expect(checkKeyringPair(sourceWith(), targetWith())).toEqual([]);
  });
});
