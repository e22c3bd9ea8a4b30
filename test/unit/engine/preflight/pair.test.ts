import { describe, expect, it } from "vitest";
import { parseVersion } from "../../../../engine/mysql/index.js";
import { checkConnectionPair, checkIdentities, checkSourceIdentity } from "../../../../engine/preflight/checks/pair.js";
import {
  checkApplier,
  checkFilters,
  checkGroup,
  checkSourceChannels,
  checkTargetChannels,
} from "../../../../engine/preflight/checks/replication.js";
import { checkPlannedTarget, checkVersion, checkVersionPair } from "../../../../engine/preflight/checks/version.js";
import { versionOfTag } from "../../../../engine/preflight/index.js";
import {
  brief,
  PREPARE,
  REPLICATE,
  SOURCE_UUID,
  SWITCHOVER,
  sourceWith,
  TARGET_UUID,
  targetWith,
} from "./observations.js";

describe("version", () => {
  it.each([
    ["8.0.26", "ok"],
    ["9.7.4-2", "ok"],
    ["26.7.0", "ok"],
    ["8.0.25", "blocker"],
    ["5.7.44-log", "blocker"],
    ["10.11.6-MariaDB", "blocker"],
  ])("%s: %s", (text, severity) => {
    expect(checkVersion("source x:1", text)).toMatchObject({ check: "version", severity, seen: text });
  });

  const severities = (source: string, target: string, gtidExecuted = "", context = REPLICATE) =>
    checkVersionPair(
      sourceWith({}, { version: parseVersion(source), gtidExecuted }),
      targetWith({}, { version: parseVersion(target) }),
      context,
    ).map((finding) => finding.severity);

  it.each([
    ["8.4.3", "8.4.5", ["ok", "ok", "ok"]],
    ["8.0.36", "8.4.3", ["ok", "warning", "ok"]],
    ["8.4.3", "8.0.36", ["blocker", "ok", "ok"]],
    ["8.0.36", "8.0.30", ["blocker", "ok", "ok"]],
    ["8.0.36", "9.7.4", ["blocker", "warning", "ok"]],
  ])("%s to %s and back", (source, target, expected) => expect(severities(source, target)).toEqual(expected));

  it.each([
    ["8.0.36", "8.4.3", ["ok", "warning", "ok"]],
    // The rollback: the primary is the newer one.
    ["8.4.3", "8.0.36", ["ok", "ok", "ok"]],
    // What could be committed and not be completed.
    ["8.0.36", "9.7.4", ["blocker", "blocker", "ok"]],
  ])("%s to %s at a switchover", (source, target, expected) =>
    expect(severities(source, target, "", SWITCHOVER)).toEqual(expected),
  );

  it("matters where GTIDs have tags", () => {
    const tagged = `${SOURCE_UUID}:1-5:import:1-3`;
    expect(severities("8.2.0", "8.2.0", tagged)[2]).toBe("blocker");
    expect(severities("8.4.3", "8.4.3", tagged)[2]).toBe("ok");
    // Hexadecimal digits of a second UUID are no tag.
    expect(severities("8.2.0", "8.2.0", `${SOURCE_UUID}:1-5,a94b6e1a-e532-11f1-a3ef-02fc00000001:1`)[2]).toBe("ok");
  });
});

describe("a target that is not there yet", () => {
  const findings = (source: string, tag: string, backupMethod: "clone" | "xtrabackup" = "xtrabackup") =>
    checkPlannedTarget(sourceWith({}, { version: parseVersion(source) }), {
      ...PREPARE,
      backupMethod,
      plannedTarget: {
        name: `image mysql:${tag}`,
        version: versionOfTag(tag),
        isInPod: false,
        requiresTls: false,
        settings: new Map(),
      },
    }).map(({ check, severity }) => `${check}: ${severity}`);

  it.each([
    ["8.0.36", "8.0.36", ["version-path: ok"]],
    ["8.0.36", "8.0", ["version-path: ok"]],
    ["8.0.36", "8.0.28", ["version-path: blocker"]],
    ["8.0.36", "8.4.6", ["version-path: ok", "version-path-back: warning"]],
    ["8.0.36", "9.7.4", ["version-path: blocker"]],
    ["8.4.6", "8.0.36", ["version-path: blocker"]],
    ["8.4.6", "lts", ["version-path: warning"]],
  ])("%s to image %s", (source, tag, expected) => expect(findings(source, tag)).toEqual(expected));

  it.each([
    ["8.0.28", "8.0.28", ["version-path: ok", "redo-log: ok"]],
    ["8.0.28", "8.0.36", ["version-path: ok", "redo-log: blocker"]],
    ["8.0.36", "8.4.6", ["version-path: ok", "version-path-back: warning", "redo-log: warning"]],
  ])("%s to image %s by clone", (source, tag, expected) => expect(findings(source, tag, "clone")).toEqual(expected));

  it("is not checked where nobody says what it will be", () =>
    expect(checkPlannedTarget(sourceWith(), PREPARE)).toEqual([]));
});

it.each([
  ["8.4.6", [8, 4, 6]],
  ["8.4", [8, 4, 999]],
  ["8.0.36-28.1", [8, 0, 36]],
  ["26.7.0-oraclelinux9", [26, 7, 0]],
  ["lts", undefined],
  ["8", undefined],
  ["", undefined],
  ["sha256-0a1b", undefined],
])("an image's tag %j is release %j", (tag, expected) => {
  const version = versionOfTag(tag);
  expect(version && [version.major, version.minor, version.patch]).toEqual(expected);
});

describe("identity", () => {
  it.each([
    [SOURCE_UUID, "ok"],
    [SOURCE_UUID.toUpperCase(), "ok"],
    [TARGET_UUID, "blocker"],
  ])("expected %s: %s", (expectedSourceUuid, severity) => {
    expect(checkSourceIdentity(sourceWith(), { ...PREPARE, expectedSourceUuid })).toMatchObject([{ severity }]);
  });

  it("is not checked without an expectation", () => expect(checkSourceIdentity(sourceWith(), PREPARE)).toEqual([]));

  it("must differ between the two", () => {
    expect(checkIdentities(sourceWith(), targetWith()).map(({ severity }) => severity)).toEqual(["ok", "ok"]);
    const same = targetWith({}, { serverId: 1, serverUuid: SOURCE_UUID });
    expect(checkIdentities(sourceWith(), same).map((finding) => brief(finding).slice(0, 3))).toEqual([
      ["blocker", "server-id-pair", "both have server_id 1"],
      ["blocker", "server-uuid-pair", `both have ${SOURCE_UUID}`],
    ]);
  });
});

it("must leave room for the application's connections", () => {
  expect(checkConnectionPair(sourceWith(), targetWith({}, {}, { max_connections: "150" })).severity).toBe("warning");
  expect(checkConnectionPair(sourceWith(), targetWith()).severity).toBe("ok");
});

describe("channels and filters that are there already", () => {
  const from = (sourceUuid: string) => ({
    replicationSources: { value: [{ channel: "old", host: "10.0.0.9", port: 3306, sourceUuid }] },
  });

  it.each([
    ["none", {}, "ok"],
    ["one to the source", from(SOURCE_UUID), "ok"],
    ["one never connected", from(""), "ok"],
    ["one to another server", from(TARGET_UUID), "blocker"],
  ])("on the target: %s", (_, changes, severity) => {
    expect(checkTargetChannels(sourceWith(), targetWith(changes)).severity).toBe(severity);
  });

  it("on the source are a warning", () => {
    expect(checkSourceChannels(sourceWith(from("")), PREPARE)).toMatchObject({
      severity: "warning",
      seen: "replicates from 10.0.0.9:3306 over channel old",
    });
    expect(checkSourceChannels(sourceWith(), PREPARE).severity).toBe("ok");
    expect(checkSourceChannels(sourceWith(from("")), SWITCHOVER).severity).toBe("blocker");
  });

  it("no member of a group can be fenced alone", () => {
    expect(checkGroup(sourceWith()).severity).toBe("ok");
    expect(brief(checkGroup(sourceWith({ groupMembers: { value: 3 } }))).slice(0, 3)).toEqual([
      "blocker",
      "group-replication",
      "one of 3 members of a group",
    ]);
    expect(checkGroup(sourceWith({}, {}, { wsrep_on: "ON" })).severity).toBe("blocker");
    expect(checkGroup(sourceWith({}, {}, { wsrep_on: "OFF" })).severity).toBe("ok");
  });

  it("nothing is applied where transactions are read-only", () => {
    expect(checkApplier(sourceWith({}, {}, { transaction_read_only: "OFF" })).severity).toBe("ok");
    expect(checkApplier(targetWith({}, {}, { transaction_read_only: "ON" })).severity).toBe("blocker");
  });

  it("filters are worse on the target", () => {
    const filtered = { replicationFilters: { value: [{ channel: "", name: "REPLICATE_DO_DB", rule: "app" }] } };
    expect(checkFilters(targetWith(filtered))).toMatchObject({ severity: "blocker", seen: "REPLICATE_DO_DB=app" });
    expect(checkFilters(sourceWith(filtered)).severity).toBe("warning");
    expect(checkFilters(targetWith()).severity).toBe("ok");
  });
});
