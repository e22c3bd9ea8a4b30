import { describe, expect, it } from "vitest";
import {
  compareVersions,
  dataObstacle,
  isAtLeast,
  parseVersion,
  redoLogObstacle,
  replicationCaution,
  replicationObstacle,
  seriesOf,
  statementsFor,
  versionOfProgram,
} from "../../../../engine/mysql/index.js";

describe("parseVersion", () => {
  it.each([
    ["8.0.36", [8, 0, 36], false],
    ["8.0.36-28", [8, 0, 36], false],
    ["8.4.10-log", [8, 4, 10], false],
    ["9.7.4-2", [9, 7, 4], false],
    ["26.7.0", [26, 7, 0], false],
    ["10.11.6-MariaDB-log", [10, 11, 6], true],
    ["11.4.2-mariadb", [11, 4, 2], true],
  ])("reads %s", (text, [major, minor, patch], isMariaDb) => {
    expect(parseVersion(text)).toEqual({ major, minor, patch, text, isMariaDb });
  });

  it.each(["", "8.0", "v8.0.36", "mysql"])("refuses %j", (text) => {
    expect(() => parseVersion(text)).toThrow(`not a server version: ${JSON.stringify(text)}`);
  });
});

describe("compareVersions", () => {
  it("orders by number, not by text, and does not end at 9", () => {
    const shuffled = ["26.10.0", "8.0.9", "9.7.4", "8.0.36", "26.7.1", "8.4.0", "26.7.0", "8.0.26"];
    const sorted = shuffled
      .map(parseVersion)
      .sort(compareVersions)
      .map((version) => version.text);
    expect(sorted).toEqual(["8.0.9", "8.0.26", "8.0.36", "8.4.0", "9.7.4", "26.7.0", "26.7.1", "26.10.0"]);
  });

  it("counts a packager's suffix as nothing", () => {
    expect(compareVersions(parseVersion("8.4.3-3"), parseVersion("8.4.3"))).toBe(0);
  });
});

describe("isAtLeast", () => {
  it.each([
    ["8.0.25", "8.0.26", false],
    ["8.0.26", "8.0.26", true],
    ["8.1.0", "8.0.26", true],
    ["9.0.0", "8.4.9", true],
    ["26.7.0", "9.7.0", true],
  ])("%s is at least %s: %s", (version, atLeast, expected) => {
    expect(isAtLeast(parseVersion(version), atLeast)).toBe(expected);
  });
});

it("names the series", () => {
  expect(["8.0.36-28", "26.7.3"].map((text) => seriesOf(parseVersion(text)))).toEqual(["8.0", "26.7"]);
});

describe("replicationObstacle", () => {
  const MARIA_DB = "MariaDB's GTIDs are not MySQL's";
  it.each([
    ["8.0.30", "8.0.36", undefined],
    // Patch levels of one series count as equal, in both directions.
    ["8.0.36", "8.0.30", undefined],
    ["8.0.36", "8.4.3", undefined],
    ["8.0.36", "8.1.0", undefined],
    ["8.1.0", "8.4.3", undefined],
    ["8.4.3", "9.7.4", undefined],
    ["9.2.0", "9.7.4", undefined],
    ["9.7.4", "9.7.4-2", undefined],
    ["9.7.4", "26.7.0", undefined],
    ["8.0.36", "9.7.4", "8.0 to 9.7 skips the series 8.4"],
    ["8.0.36", "9.0.1", "8.0 to 9.0 skips the series 8.4"],
    ["8.3.0", "9.7.4", "8.3 to 9.7 skips the series 8.4"],
    ["8.4.3", "26.7.0", "8.4 to 26.7 skips the series 9.7"],
    ["5.7.44", "8.4.3", "5.7 to 8.4 skips the series 8.0"],
    // Back by the path of one upgrade, for a rollback.
    ["8.4.3", "8.0.36", undefined],
    ["9.7.4", "8.4.3", undefined],
    ["26.7.0", "9.7.4", undefined],
    ["8.3.0", "8.1.0", undefined],
    ["9.7.4", "8.0.36", "9.7 to 8.0 skips the series 8.4"],
    ["9.0.1", "8.3.0", "9.0 to 8.3 skips the series 8.4"],
    ["10.11.6-MariaDB", "8.4.3", MARIA_DB],
    ["8.4.3", "11.4.2-MariaDB", MARIA_DB],
  ])("%s to %s: %s", (source, replica, expected) => {
    expect(replicationObstacle(parseVersion(source), parseVersion(replica))).toBe(expected);
  });
});

describe("replicationCaution", () => {
  it.each([
    ["8.4.3", "8.0.36", "replication from 8.4 to 8.0 is supported for a rollback only"],
    ["9.7.4", "8.4.3", "replication from 9.7 to 8.4 is supported for a rollback only"],
  ])("%s to %s: %s", (source, replica, expected) => {
    expect(replicationCaution(parseVersion(source), parseVersion(replica))).toContain(expected);
  });

  it.each([
    ["8.0.36", "8.4.3"],
    ["8.4.3", "8.4.1"],
    ["9.7.4", "8.0.36"],
  ])("%s to %s: none", (source, replica) => {
    expect(replicationCaution(parseVersion(source), parseVersion(replica))).toBeUndefined();
  });
});

describe("dataObstacle", () => {
  it.each([
    ["8.0.26", "8.0.36", undefined],
    ["8.0.36", "8.0.35", undefined],
    ["8.0.36", "8.4.6", undefined],
    ["8.4.6", "8.4.3", undefined],
    ["8.4.6", "9.7.4", undefined],
    ["9.2.0", "9.7.4", undefined],
    [
      "8.0.36",
      "8.0.34",
      "MySQL 8.0.34 cannot read data of 8.0.36: before 8.0.35 no server reads data of a later release",
    ],
    ["8.4.6", "8.0.40", "MySQL 8.0.40 cannot read data of 8.4.6: no server reads data of a newer series"],
    ["8.0.36", "9.7.4", "MySQL 9.7.4 cannot upgrade data of 8.0.36: that skips the series 8.4"],
  ])("%s by %s: %s", (data, server, expected) => {
    expect(dataObstacle(parseVersion(data), parseVersion(server))).toBe(expected);
  });
});

describe("redoLogObstacle", () => {
  it.each([
    ["8.0.29", "8.0.30", true],
    ["8.0.29", "8.0.29", false],
    ["8.0.30", "8.4.6", false],
    ["8.4.6", "9.7.4", false],
  ])("a clone of %s by %s: %s", (data, server, isRefused) => {
    expect(redoLogObstacle(parseVersion(data), parseVersion(server)) !== undefined).toBe(isRefused);
  });
});

it("reads the release that mysqld prints", () => {
  const printed = "/usr/sbin/mysqld  Ver 8.4.6 for Linux on x86_64 (MySQL Community Server - GPL)";
  expect(versionOfProgram(printed)?.text).toBe("8.4.6");
  expect(versionOfProgram("mysqld: command not found")).toBeUndefined();
});

describe("statementsFor", () => {
  it.each([
    ["8.0.26", "SHOW MASTER STATUS", "RESET MASTER", false, false, false],
    ["8.0.27", "SHOW MASTER STATUS", "RESET MASTER", true, false, false],
    ["8.0.29", "SHOW MASTER STATUS", "RESET MASTER", true, true, false],
    ["8.1.0", "SHOW MASTER STATUS", "RESET MASTER", true, true, false],
    ["8.2.0", "SHOW BINARY LOG STATUS", "RESET BINARY LOGS AND GTIDS", true, true, false],
    ["8.3.0", "SHOW BINARY LOG STATUS", "RESET BINARY LOGS AND GTIDS", true, true, true],
    ["26.7.0", "SHOW BINARY LOG STATUS", "RESET BINARY LOGS AND GTIDS", true, true, true],
  ])("%s", (version, showBinaryLogStatus, resetBinaryLogsAndGtids, hasGtidOnly, hasRowVersions, hasTaggedGtids) => {
    const isRenamed = showBinaryLogStatus === "SHOW BINARY LOG STATUS";
    expect(statementsFor(parseVersion(version))).toEqual({
      showBinaryLogStatus,
      resetBinaryLogsAndGtids,
      hasGtidOnly,
      hasRowVersions,
      hasTaggedGtids,
      namesDefiners: isRenamed ? "SET_ANY_DEFINER" : "SET_USER_ID",
    });
  });
});
