import { describe, expect, it } from "vitest";
import { parseVersion } from "../../../../engine/mysql/index.js";
import {
  checkNativePasswords,
  checkPrivileges,
  checkReplicationAccount,
  checkTls,
} from "../../../../engine/preflight/checks/accounts.js";
import { plannedSettings, versionOfTag } from "../../../../engine/preflight/index.js";
import { listed, PREPARE, REPLICATE, sourceWith, targetWith } from "./observations.js";

const ALL = [
  "GRANT SELECT, INSERT, DELETE, CREATE, DROP, RELOAD, PROCESS, LOCK TABLES, REPLICATION SLAVE, REPLICATION CLIENT, CREATE USER, EVENT, TRIGGER, SHOW VIEW ON *.* TO `admin`@`%` WITH GRANT OPTION",
  "GRANT BACKUP_ADMIN,PERSIST_RO_VARIABLES_ADMIN,REPLICATION_SLAVE_ADMIN,SYSTEM_VARIABLES_ADMIN,XA_RECOVER_ADMIN ON *.* TO `admin`@`%` WITH GRANT OPTION",
];

describe("privileges", () => {
  it.each([
    [sourceWith({ grantLines: ALL }), PREPARE],
    [sourceWith({ grantLines: ALL }), { ...PREPARE, backupMethod: "xtrabackup" } as const],
    [targetWith({ grantLines: ALL }), REPLICATE],
  ])("are all there", (observation, context) => {
    expect(checkPrivileges(observation, context)).toMatchObject({ severity: "ok", seen: "all there" });
  });

  it("that are missing come with the reason and the grant", () => {
    const withoutGrantOption = ALL.map((line) => line.replace(" WITH GRANT OPTION", "").replace("RELOAD, ", ""));
    expect(checkPrivileges(sourceWith({ grantLines: withoutGrantOption }), PREPARE)).toMatchObject({
      severity: "blocker",
      seen: "missing: REPLICATION SLAVE with grant option (is granted to the replication account); RELOAD (FLUSH BINARY LOGS, and the backup's locks)",
      fix: "GRANT REPLICATION SLAVE ON *.* TO 'admin'@'%' WITH GRANT OPTION;\nGRANT RELOAD ON *.* TO 'admin'@'%';",
    });
  });

  it("of the preparation are not asked for afterwards, nor those of a backup that is not made", () => {
    const reader = [
      "GRANT SELECT, RELOAD, PROCESS, REPLICATION CLIENT, EVENT, TRIGGER, SHOW VIEW ON *.* TO `r`@`%`",
      "GRANT XA_RECOVER_ADMIN ON *.* TO `r`@`%`",
    ];
    expect(checkPrivileges(sourceWith({ grantLines: reader }), REPLICATE).severity).toBe("ok");
    expect(checkPrivileges(sourceWith({ grantLines: reader }), { ...REPLICATE, backupMethod: "clone" }).severity).toBe(
      "blocker",
    );
  });

  it("of a role that is not active are hinted at", () => {
    const grantLines = ["GRANT USAGE ON *.* TO `admin`@`%`", "GRANT `dba`@`%` TO `admin`@`%`"];
    expect(checkPrivileges(sourceWith({ grantLines }), PREPARE).fix).toContain(
      "or, if a granted role has them: ALTER USER 'admin'@'%' DEFAULT ROLE ALL;",
    );
  });
});

describe("mysql_native_password", () => {
  const source = sourceWith({
    nativePasswordAccounts: listed({ user: "app", host: "%", plugin: "mysql_native_password" }),
  });
  const target = (version: string, plugins: [string, string][] = []) =>
    targetWith({ plugins: new Map(plugins) }, { version: parseVersion(version) });

  it.each([
    ["no target yet", undefined, "warning"],
    ["9.7", target("9.7.4"), "blocker"],
    ["26.7", target("26.7.0"), "blocker"],
    ["8.4 without the plugin", target("8.4.3", [["mysql_native_password", "DISABLED"]]), "blocker"],
    ["8.4 with the plugin", target("8.4.3", [["mysql_native_password", "ACTIVE"]]), "warning"],
  ])("accounts, %s", (_, observation, severity) => {
    expect(checkNativePasswords(source, observation, PREPARE)).toMatchObject({ severity, seen: "1 account: app@%" });
  });

  it.each([
    ["9.7.4", {}, "blocker"],
    ["8.4.3", {}, "blocker"],
    ["8.4.3", { "mysql-native-password": "ON" }, "warning"],
    ["8.0.36", {}, "warning"],
    ["lts", {}, "warning"],
  ])("accounts, where the target will be %s with %o: %s", (tag, settings, severity) => {
    const plannedTarget = {
      name: tag,
      version: versionOfTag(tag),
      isInPod: false,
      requiresTls: false,
      settings: plannedSettings(settings),
    };
    expect(checkNativePasswords(source, undefined, { ...PREPARE, plannedTarget }).severity).toBe(severity);
  });

  it("without accounts is fine with any target", () => {
    expect(checkNativePasswords(sourceWith(), target("9.7.4"), PREPARE).severity).toBe("ok");
  });
});

describe("the replication account", () => {
  const context = { ...PREPARE, replicationAccount: { user: "repl", host: "10.10.%" } };
  const account = (host: string) => ({ user: "repl", host, plugin: "caching_sha2_password" });
  const check = (hosts: string[], replicationAccountIsOurs: boolean) =>
    checkReplicationAccount(sourceWith({ replicationAccounts: { value: hosts.map(account) } }), {
      ...context,
      replicationAccountIsOurs,
    });

  it.each([
    [[], false, "ok", "the name is free"],
    [["10.10.%"], true, "ok", "exists and is ours"],
    [["10.10.%"], false, "blocker", "exists and was not created here"],
    [["%"], false, "warning", "the same user name also as repl@%"],
    [[], true, "warning", "is gone"],
  ])("at %o, ours: %s", (hosts, isOurs, severity, seen) => {
    expect(check(hosts, isOurs)).toMatchObject([{ severity, seen }]);
  });

  it("is not looked for without a name", () => expect(checkReplicationAccount(sourceWith(), PREPARE)).toEqual([]));
});

it.each([
  [true, "ok"],
  [false, "blocker"],
])("TLS enabled: %s", (value, severity) => {
  expect(checkTls(sourceWith({ tlsEnabled: { value } })).severity).toBe(severity);
});
