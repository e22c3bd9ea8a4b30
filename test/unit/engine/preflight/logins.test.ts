import { describe, expect, it } from "vitest";
import { checkLogins } from "../../../../engine/preflight/checks/logins.js";
import type { PreflightContext, ServerObservation } from "../../../../engine/preflight/observation.js";
import { listed, loginAccount, PREPARE, SWITCHOVER, sourceWith } from "./observations.js";

const ADMIN = loginAccount("admin", "%");
const POD = {
  name: "image mysql:8.4.6",
  version: undefined,
  isInPod: true,
  requiresTls: true,
  settings: new Map<string, string>(),
};

function found(
  changes: Partial<ServerObservation>,
  context: Partial<PreflightContext> = {},
  variables: Readonly<Record<string, string>> = {},
) {
  return checkLogins(sourceWith(changes, {}, variables), { ...PREPARE, ...context })
    .filter(({ severity }) => severity !== "ok")
    .map(({ check, severity, seen }) => [check, severity, seen]);
}

it("finds nothing on a source that has nothing of it", () => {
  expect(found({})).toEqual([]);
  expect(found({}, SWITCHOVER)).toEqual([]);
});

describe("the administrator's login on the target", () => {
  const anonymous = [ADMIN, loginAccount("", "localhost")];
  const taken =
    "''@'localhost' would be taken for admin on the target, because its host comes before that of 'admin'@'%'";

  it("would be an anonymous account's where the target looks up names", () => {
    expect(found({ loginAccounts: { value: anonymous } })).toEqual([
      ["administrator-login", "blocker", taken],
      ["anonymous-accounts", "warning", "''@'localhost'"],
    ]);
  });

  it("is its own where the source looks up no names, which the target gets too", () => {
    expect(found({ loginAccounts: { value: anonymous } }, {}, { skip_name_resolve: "ON" })).toEqual([
      ["anonymous-accounts", "warning", "''@'localhost'"],
    ]);
  });

  it("may be another account of the same name, with another password", () => {
    expect(found({ loginAccounts: { value: [ADMIN, loginAccount("admin", "127.0.0.1")] } })).toEqual([
      ["administrator-login", "warning", expect.stringContaining("'admin'@'127.0.0.1' would be taken for admin")],
    ]);
  });

  it("is none where the account is for other hosts", () => {
    const account = { user: "admin", host: "10.%" };
    const login = { user: "admin", host: "10.20.1.9", account };
    expect(found({ login, loginAccounts: { value: [loginAccount("admin", "10.%")] } })).toEqual([
      [
        "administrator-login",
        "blocker",
        "'admin'@'10.%' is not for 127.0.0.1, from where the target will be logged in to",
      ],
    ]);
  });
});

it("finds an anonymous account that comes before the replication account", () => {
  const replicationAccount = { user: "repl", host: "10.%" };
  const accounts = (host: string) => ({ loginAccounts: { value: [ADMIN, loginAccount("", host)] } });
  const checks = (host: string) => found(accounts(host), { replicationAccount }).map(([check]) => check);
  expect(checks("10.20.%")).toEqual(["anonymous-accounts", "replication-login"]);
  expect(checks("%")).toEqual(["anonymous-accounts"]);
  expect(checks("192.168.%")).toEqual(["anonymous-accounts"]);
});

it("warns of accounts that are for some hosts only where the target is a pod", () => {
  const placedAccounts = listed({ user: "app", host: "10.1.%" });
  expect(found({ placedAccounts })).toEqual([]);
  expect(found({ placedAccounts }, { plannedTarget: POD })).toEqual([
    ["account-hosts", "warning", "1 account for some hosts only: 'app'@'10.1.%'"],
  ]);
});

it.each([
  [{ isExpired: true }, "blocker", "'admin'@'%': expired"],
  [{ expiresInDays: 3 }, "warning", "'admin'@'%' in 3 days"],
  [{ expiresInDays: 31 }, undefined, undefined],
])("judges a password that has %o", (changes, severity, seen) => {
  const findings = found({ loginAccounts: { value: [loginAccount("admin", "%", changes)] } });
  expect(findings).toEqual(severity === undefined ? [] : [["password-expiry", severity, seen]]);
});

it("warns of limits that the administrator would meet", () => {
  expect(found({ loginAccounts: { value: [loginAccount("admin", "%", { isLimited: true })] } })).toEqual([
    ["account-limits", "warning", "'admin'@'%' has limits of its own"],
  ]);
  expect(found({}, {}, { max_user_connections: "5" })).toEqual([
    ["account-limits", "warning", "max_user_connections is 5"],
  ]);
  expect(found({}, {}, { max_user_connections: "50" })).toEqual([]);
});

describe("TLS", () => {
  const plainSessions = listed({ user: "app", sessions: 12 });

  it("that the source wants is wanted of the channel", () => {
    const required = { require_secure_transport: "ON" };
    expect(found({}, { replicationUsesTls: true }, required)).toEqual([]);
    expect(found({}, { replicationUsesTls: false }, required)).toEqual([
      [
        "secure-transport",
        "blocker",
        "require_secure_transport is ON, and the replication channel is to do without TLS",
      ],
    ]);
  });

  it("that the target wants is wanted of the applications", () => {
    expect(found({ plainSessions })).toEqual([]);
    expect(found({ plainSessions }, { plannedTarget: { ...POD, requiresTls: false } })).toEqual([]);
    expect(found({ plainSessions }, { plannedTarget: POD })).toEqual([
      ["secure-transport", "warning", "sessions without TLS: app (12); the target will refuse them"],
    ]);
  });
});

it.each([
  ["SET NAMES utf8mb4", "nothing: every account may run it"],
  ["SET autocommit = 0; SET @a = 1", "nothing: every account may run it"],
  ["INSERT INTO audit.logins VALUES (CURRENT_USER())", "GRANT what it needs to the replication account"],
])("says of init_connect %s what it does to the replication account", (statements, fix) => {
  const findings = checkLogins(sourceWith({}, {}, { init_connect: statements }), PREPARE);
  expect(findings.find(({ check }) => check === "init-connect")).toMatchObject({
    severity: "warning",
    seen: statements,
    fix: expect.stringContaining(fix),
  });
});

it("lets nobody begin with a source in offline mode", () => {
  expect(found({}, {}, { offline_mode: "ON" }).map(([check, severity]) => [check, severity])).toEqual([
    ["offline-mode", "blocker"],
  ]);
});

it("warns of accounts with FILE where the source has a folder for them", () => {
  const fileAccounts = listed({ user: "export", host: "%" });
  expect(found({ fileAccounts }, {}, { secure_file_priv: "NULL" })).toEqual([]);
  expect(found({ fileAccounts }, {}, { secure_file_priv: "/var/lib/mysql-files/" })).toEqual([
    ["file-access", "warning", "1 account with FILE: 'export'@'%'"],
  ]);
});

describe("events of others", () => {
  const event = (exists: boolean) =>
    listed({ schema: "app", name: "tick", definer: exists ? "app@%" : "gone@localhost", exists });

  it("without a definer are named", () => {
    expect(found({ eventOwners: event(false) })).toEqual([
      ["event-owners", "warning", "without a definer: app.tick of gone@localhost"],
    ]);
  });

  it("need the right to name their definers", () => {
    expect(found({ eventOwners: event(true) })).toEqual([["event-owners", "warning", "app.tick of app@%"]]);
    expect(found({ eventOwners: event(true), grantLines: ["GRANT SET_ANY_DEFINER ON *.* TO `admin`@`%`"] })).toEqual(
      [],
    );
  });
});
