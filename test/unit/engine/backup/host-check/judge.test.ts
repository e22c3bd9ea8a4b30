import { describe, expect, it } from "vitest";
import type { HostFacts } from "../../../../../engine/backup/host-check/facts.js";
import { judgeHost } from "../../../../../engine/backup/host-check/judge.js";

const debian: HostFacts = {
  packageManager: "apt-get" as const,
  user: "mysql",
  programs: {
    bash: "5.2.15(1)-release",
    zstd: "v1.5.4",
    aws: "/usr/bin/aws",
    tar: "/usr/bin/tar",
    mysql: "/usr/bin/mysql",
    xtrabackup: "xtrabackup version 8.4.0-6 based on MySQL server 8.4.0",
  },
  missingCoreutils: [],
  containerError: undefined,
  isWorkWritable: true,
  workAvailableBytes: 2 ** 30,
  serverVersion: "8.4.6",
  serverError: undefined,
  serverDirectories: ["/var/lib/mysql"],
  isDataReadable: true,
  keyFile: undefined,
  isKeyFileReadable: false,
};
const needs = { method: "xtrabackup", workDirectory: "/work" } as const;
const clone = { ...needs, method: "clone" } as const;
const container = { ...needs, container: {} } as const;
const others =
  "or run XtraBackup from a container image (e.g. percona/percona-xtrabackup:8.4.0-6.1), or use the method clone";

function without(...programs: (keyof HostFacts["programs"])[]): HostFacts["programs"] {
  return Object.fromEntries(
    Object.entries(debian.programs).filter(([name]) => !programs.some((program) => program === name)),
  );
}

describe("judgeHost", () => {
  it.each([
    ["everything for xtrabackup", debian, needs],
    ["everything for a clone, which needs no xtrabackup", { ...debian, programs: without("xtrabackup") }, clone],
    ["a clone's files, which mysqld itself reads", { ...debian, isDataReadable: false }, clone],
    [
      "xtrabackup in a container",
      { ...debian, programs: { ...without("xtrabackup", "tar"), container: "yes" } },
      container,
    ],
  ] as const)("is content with %s", (_, facts, wanted) => {
    expect(judgeHost(facts, wanted)).toEqual({ problems: [], advice: [] });
  });

  it("wants to read the keys of encrypted data, as XtraBackup does", () => {
    const { problems } = judgeHost({ ...debian, keyFile: "/keys/keys" }, needs);
    expect(problems).toEqual(["mysql cannot read the key file /keys/keys"]);
    expect(judgeHost({ ...debian, keyFile: "/keys/keys" }, clone).problems).toEqual([]);
    expect(judgeHost({ ...debian, keyFile: "/keys/keys", isKeyFileReadable: true }, needs).problems).toEqual([]);
  });

  it("reports everything at once, with the packages of the distribution", () => {
    const bare = {
      ...debian,
      programs: { bash: "5.2.15(1)-release", mysql: "/usr/bin/mysql" },
      missingCoreutils: ["nproc"],
      isWorkWritable: false,
      isDataReadable: false,
    };
    expect(judgeHost(bare, needs)).toEqual({
      problems: [
        "the program zstd is not there",
        "the program aws is not there",
        "of coreutils is not there: nproc",
        "the program xtrabackup is not there",
        "mysql cannot write into /work",
        "mysql cannot read /var/lib/mysql",
      ],
      advice: [
        "percona-release enable pxb-84-lts release",
        "apt-get install zstd awscli coreutils percona-xtrabackup-84 (the AWS CLI is also to be had from https://aws.amazon.com/cli/)",
        others,
        "give another work directory, or let mysql write there",
        "log in as root or as the user of mysqld, on the very host of the source",
      ],
    });
  });

  it.each([
    ["dnf", "dnf install zstd"],
    ["yum", "yum install zstd"],
    ["apt-get", "apt-get install zstd"],
    [undefined, "install zstd"],
  ] as const)("knows how %s installs packages", (packageManager, command) => {
    const facts = { ...debian, packageManager, programs: without("zstd") };
    expect(judgeHost(facts, clone)).toEqual({ problems: ["the program zstd is not there"], advice: [command] });
  });

  it.each([
    ["8.0.36-28", "8.0", "pxb-80", "percona-xtrabackup-80"],
    ["9.7.4", "9.7", "pxb-97-lts", "percona-xtrabackup-97"],
  ])("wants the XtraBackup of MySQL %s", (serverVersion, _, repository, name) => {
    expect(judgeHost({ ...debian, serverVersion }, needs)).toEqual({
      problems: [`XtraBackup 8.4 cannot copy MySQL ${serverVersion}`],
      advice: [`percona-release enable ${repository} release`, `apt-get install ${name}`, others],
    });
  });

  it.each([needs, container])("knows that there is none for some servers (%j)", (wanted) => {
    const facts = { ...debian, serverVersion: "9.2.0", programs: { ...debian.programs, container: "yes" } };
    expect(judgeHost(facts, wanted)).toEqual({
      problems: ["there is no XtraBackup for MySQL 9.2.0"],
      advice: ["use the method clone"],
    });
  });

  it.each([
    [without("xtrabackup"), undefined, "the program docker is not there"],
    [{ ...debian.programs }, "permission denied", "docker cannot be used by mysql: permission denied"],
  ])("wants a container program that works", (programs, containerError, problem) => {
    const found = containerError === undefined ? programs : { ...programs, container: "" };
    expect(judgeHost({ ...debian, programs: found, containerError }, container).problems).toEqual([problem]);
  });

  it.each([
    [{ serverError: "ERROR 1045", serverVersion: undefined }, "the source cannot be read: ERROR 1045"],
    [{ workAvailableBytes: 1024 }, "1.0 KiB free in /work, and 64.0 MiB are needed"],
    [{ programs: { ...debian.programs, bash: "4.2.46(2)-release" } }, "bash is 4.2.46(2)-release, and 4.4 is needed"],
    [{ programs: { ...debian.programs, xtrabackup: "" } }, "xtrabackup of an unknown series cannot copy MySQL 8.4.6"],
  ])("sees %j", (change, problem) => {
    expect(judgeHost({ ...debian, ...change }, needs).problems).toEqual([problem]);
  });
});
