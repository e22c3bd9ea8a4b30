import { describe, expect, it } from "vitest";
import { migrationKind } from "../../../../lab/demo/memory-sampler.js";
import { type DemoReport, faultsOf } from "../../../../lab/demo/report.js";

const sound = {
  replication: { connected: true, applying: true, lagSeconds: 0, missing: "", errant: "" },
  workload: {
    connections: 8,
    seconds: 10,
    acknowledged: 100,
    errors: {},
    longestGapSeconds: 0,
    lost: 0,
    duplicated: 0,
  },
  cutover: [{ primary: "target", lost: 0, duplicated: 0 }],
} as unknown as DemoReport;

describe("faultsOf", () => {
  it("finds none in a migration without loss", () => {
    expect(faultsOf(sound)).toEqual([]);
  });

  it("names each fault", () => {
    const replication = { ...sound.replication, connected: false, applying: false, missing: "a:1", errant: "b:1" };
    const workload = { ...sound.workload, acknowledged: 0, lost: 2, duplicated: 3 };
    const cutover = sound.cutover.map((stage) => ({ ...stage, lost: 1 }));
    expect(faultsOf({ ...sound, replication, workload, cutover })).toEqual([
      "the channel is not connected",
      "the channel does not apply",
      "missing on the target: a:1",
      "errant on the target: b:1",
      "2 acknowledged writes lost",
      "3 acknowledged writes duplicated",
      "the write load acknowledged nothing",
      "switchover to the target: lost 1, duplicated 0",
    ]);
  });
});

describe("migrationKind", () => {
  it.each([
    ["/x/pulumi up --yes", "pulumi"],
    ["/usr/bin/node /x/node_modules/@pulumi/pulumi/cmd/run/index.js --monitor", "node-program"],
    ["node /x/node_modules/@pulumi/pulumi/cmd/dynamic-provider/index.js", "node-provider"],
    ["ld.so mysqld /usr/sbin/mysqld --defaults-file=/x/.ferry/lab/target/run/my.cnf", "mysqld-target"],
    ["ld.so mysqld /usr/sbin/mysqld --defaults-file=/x/.ferry/lab/source/my.cnf", "mysqld-source"],
    ["python3 /x/bin/aws s3 cp - s3://b/k", "aws"],
    ["zstd -T2 -1", "zstd"],
    ["vim notes.txt", undefined],
  ])("of %j is %s", (commandLine, kind) => {
    expect(migrationKind(commandLine)).toBe(kind);
  });
});
