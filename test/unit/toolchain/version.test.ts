import { describe, expect, it } from "vitest";
import { judgeHaproxy } from "../../../toolchain/haproxy-version.js";
import { judgeMysqld } from "../../../toolchain/mysql-version.js";
import { judgePulumi } from "../../../toolchain/pulumi-version.js";
import { formatVersion, isAtLeast, parseVersion } from "../../../toolchain/version.js";

describe("parseVersion", () => {
  it.each([
    ["v3.230.0", "3.230.0"],
    ["3.231.0-alpha.x1a2b3c", "3.231.0"],
    ["9.7.4-2", "9.7.4"],
    ["8.4", "8.4.0"],
    ["v20.19.5 (LTS)", "20.19.5"],
  ])("reads %s", (text, expected) => {
    const version = parseVersion(text);
    expect(version && formatVersion(version)).toBe(expected);
  });

  it.each(["", "8", "version unknown"])("finds none in %j", (text) => expect(parseVersion(text)).toBeUndefined());
});

describe("isAtLeast", () => {
  const wanted = { major: 3, minor: 230, patch: 1 };
  it.each([
    ["3.230.1", true],
    ["3.230.2", true],
    ["3.231.0", true],
    ["4.0.0", true],
    ["3.230.0", false],
    ["3.99.9", false],
    ["2.999.9", false],
  ])("%s: %s", (text, expected) => {
    const [major = 0, minor = 0, patch = 0] = text.split(".").map(Number);
    expect(isAtLeast({ major, minor, patch }, wanted)).toBe(expected);
  });
});

describe("judgeMysqld", () => {
  it.each([
    ["/usr/sbin/mysqld  Ver 8.0.43 for Linux on x86_64 (MySQL Community Server - GPL)", "8.0.43"],
    ["/opt/mysql-5.7.1/bin/mysqld  Ver 8.4.6-6 for Linux on x86_64 (Percona Server (GPL), Release 6)", "8.4.6"],
    ["mysqld  Ver 9.7.4-2 for Linux on x86_64 ((Debian))\n", "9.7.4"],
    ["mysqld  Ver 26.7.0 for Linux on aarch64 (MySQL Community Server - GPL)", "26.7.0"],
  ])("takes %s", (line, version) => expect(judgeMysqld(line)).toEqual({ version }));

  it.each([
    [
      "mysqld  Ver 10.11.14-MariaDB-0+deb12u2 for debian-linux-gnu on x86_64 (Debian 12)",
      "it is MariaDB (mysqld  Ver 10.11.14-MariaDB-0+deb12u2 for debian-linux-gnu on x86_64 (Debian 12))",
    ],
    ["mysqld  Ver 5.7.44 for Linux on x86_64 (MySQL Community Server (GPL))", "MySQL 5.7.44 is older than 8.0"],
    ["--version: exit code 127, libaio.so.1", "its version is not understood (--version: exit code 127, libaio.so.1)"],
  ])("skips %s", (line, unusable) => expect(judgeMysqld(line)).toEqual({ unusable }));
});

describe("judgePulumi", () => {
  it.each([
    [["v3.230.0"], "3.230.0"],
    [["warning: a new version 9.9.9 is available", "v3.248.0"], "3.248.0"],
    [["3.260.1-dev.0"], "3.260.1"],
  ])("takes %j", (printed, version) => expect(judgePulumi(printed)).toEqual({ version }));

  it.each([
    [["v3.229.9"], "version 3.229.9 is older than 3.230.0"],
    [["pulumi: command shim", "set a version"], "its version is not understood (pulumi: command shim set a version)"],
    [[], "its version is not understood ()"],
  ])("skips %j", (printed, unusable) => expect(judgePulumi(printed)).toEqual({ unusable }));
});

describe("judgeHaproxy", () => {
  it.each([
    ["HAProxy version 3.2.26-1 2026/10/14 - https://haproxy.org/\nRunning on: Linux 6.1.0", "3.2.26"],
    ["HAProxy version 2.8.0-1ubuntu1 2023/05/31 - https://haproxy.org/", "2.8.0"],
    ["HAProxy version 3.3-dev5 2026/07/30", "3.3.0"],
  ])("takes %j", (printed, version) => expect(judgeHaproxy(printed)).toEqual({ version }));

  it.each([
    ["HAProxy version 2.6.12-1+deb12u1 2023/12/16 - https://haproxy.org/", "HAProxy 2.6.12 is older than 2.8.0"],
    ["HA-Proxy version 2.2.9-2 2021/04/08", "HAProxy 2.2.9 is older than 2.8.0"],
    [
      "-v: exit code 127, liblua5.3.so.0: cannot open",
      "its version is not understood (-v: exit code 127, liblua5.3.so.0: cannot open)",
    ],
  ])("skips %j", (printed, unusable) => expect(judgeHaproxy(printed)).toEqual({ unusable }));
});
