import { describe, expect, it } from "vitest";
import {
  compareVersions,
  isAtLeast,
  parseVersion,
  replicationObstacle,
  seriesOf,
  statementsFor,
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
    ["8.4.3", "8.0.36", "a 8.0 replica of a newer 8.4 source is not supported"],
    ["26.7.0", "9.7.4", "a 9.7 replica of a newer 26.7 source is not supported"],
    ["10.11.6-MariaDB", "8.4.3", MARIA_DB],
    ["8.4.3", "11.4.2-MariaDB", MARIA_DB],
  ])("%s to %s: %s", (source, replica, expected) => {
    expect(replicationObstacle(parseVersion(source), parseVersion(replica))).toBe(expected);
  });
});

describe("statementsFor", () => {
  it.each([
    ["8.0.26", "SHOW MASTER STATUS", "RESET MASTER", false, false],
    ["8.0.27", "SHOW MASTER STATUS", "RESET MASTER", true, false],
    ["8.1.0", "SHOW MASTER STATUS", "RESET MASTER", true, false],
    ["8.2.0", "SHOW BINARY LOG STATUS", "RESET BINARY LOGS AND GTIDS", true, false],
    ["8.3.0", "SHOW BINARY LOG STATUS", "RESET BINARY LOGS AND GTIDS", true, true],
    ["26.7.0", "SHOW BINARY LOG STATUS", "RESET BINARY LOGS AND GTIDS", true, true],
  ])("%s", (version, showBinaryLogStatus, resetBinaryLogsAndGtids, hasGtidOnly, hasTaggedGtids) => {
    expect(statementsFor(parseVersion(version))).toEqual({
      showBinaryLogStatus,
      resetBinaryLogsAndGtids,
      hasGtidOnly,
      hasTaggedGtids,
    });
  });
});
