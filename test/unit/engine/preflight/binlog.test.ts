import { describe, expect, it } from "vitest";
import {
  checkBinlogFilter,
  checkBinlogFormat,
  checkDeviatingSessions,
  checkDurability,
  checkLogBin,
  checkReplicaUpdates,
  checkRetention,
  checkRowImage,
  checkServerId,
} from "../../../../engine/preflight/checks/binlog.js";
import { brief, listed, PREPARE, REPLICATE, sourceWith, targetWith } from "./observations.js";

describe("log_bin", () => {
  it("that is off needs a restart, with these lines", () => {
    expect(brief(checkLogBin(sourceWith({}, { logBin: false })))).toEqual([
      "blocker",
      "log-bin",
      "log_bin is OFF",
      "needs a restart: add to my.cnf and restart mysqld\n  [mysqld]\n  log_bin = binlog",
    ]);
    expect(checkLogBin(sourceWith({}, { logBin: false, serverId: 0 })).fix).toBe(
      "needs a restart: add to my.cnf and restart mysqld\n  [mysqld]\n  log_bin = binlog\n  server_id = <a number no other server has>",
    );
  });

  it("that is on is fine", () => expect(brief(checkLogBin(sourceWith()))).toEqual(["ok", "log-bin", "log_bin is ON"]));
});

it.each([
  ["server_id 0", checkServerId(sourceWith({}, { serverId: 0 })), "blocker"],
  ["server_id 7", checkServerId(sourceWith({}, { serverId: 7 })), "ok"],
  ["format STATEMENT", checkBinlogFormat(sourceWith({}, { binlogFormat: "STATEMENT" })), "blocker"],
  ["format MIXED", checkBinlogFormat(sourceWith({}, { binlogFormat: "MIXED" })), "blocker"],
  ["format ROW", checkBinlogFormat(sourceWith()), "ok"],
  ["row image MINIMAL", checkRowImage(sourceWith({}, { binlogRowImage: "MINIMAL" })), "blocker"],
  ["row image NOBLOB", checkRowImage(sourceWith({}, { binlogRowImage: "NOBLOB" })), "blocker"],
  ["row image FULL", checkRowImage(sourceWith()), "ok"],
  ["all durable", checkDurability(sourceWith()), "ok"],
  ["sync_binlog 0", checkDurability(sourceWith({}, {}, { sync_binlog: "0" })), "warning"],
])("%s: %o", (_, finding, severity) => expect(finding.severity).toBe(severity));

it("tells that a new binlog_format reaches new sessions only", () => {
  const { fix } = checkBinlogFormat(sourceWith({}, { binlogFormat: "STATEMENT" }));
  expect(fix).toBe(
    "SET PERSIST binlog_format = 'ROW'; sessions that are open keep the old value, so reconnect the application (restart its connection pools) as well",
  );
});

it("names the sessions that still write in another way", () => {
  const sessions = listed({ sessionId: 42, name: "binlog_format", value: "STATEMENT" });
  expect(checkDeviatingSessions(sourceWith({ deviatingSessions: sessions }))).toMatchObject({
    severity: "warning",
    seen: "session 42 has binlog_format STATEMENT",
  });
  expect(checkDeviatingSessions(sourceWith()).severity).toBe("ok");
});

it.each([
  [{ doDatabases: "", ignoreDatabases: "" }, "ok", "nothing is filtered"],
  [{ doDatabases: "app", ignoreDatabases: "" }, "blocker", "binlog_do_db=app"],
  [{ doDatabases: "app", ignoreDatabases: "tmp" }, "blocker", "binlog_do_db=app binlog_ignore_db=tmp"],
])("binary log filter %o", (value, severity, seen) => {
  expect(checkBinlogFilter(sourceWith({ binlogFilter: { value } }))).toMatchObject({ severity, seen });
});

describe("retention", () => {
  const kept = (seconds: number, variables = {}) =>
    sourceWith({}, {}, { binlog_expire_logs_seconds: String(seconds), ...variables });

  it.each([
    [3599, PREPARE, "warning", "will be changed by prepare, to 3600 s"],
    [3599, REPLICATE, "warning", "run phase prepare again, or SET PERSIST binlog_expire_logs_seconds = 3600;"],
    [3600, PREPARE, "ok", ""],
    [0, PREPARE, "ok", ""],
  ])("%i s for %o: %s", (seconds, context, severity, fix) => {
    const wanted = { ...context, wantedBinlogRetentionSeconds: 3600 };
    expect(checkRetention(kept(seconds), wanted)).toMatchObject([{ severity, fix }]);
  });

  it("is judged by the days of 8.0 where they rule", () => {
    const wanted = { ...PREPARE, wantedBinlogRetentionSeconds: 604_800 };
    expect(checkRetention(kept(0, { expire_logs_days: "1" }), wanted)).toMatchObject([
      { severity: "warning", seen: "kept for 86400 s" },
    ]);
  });

  it("is not judged without a wish", () => expect(checkRetention(kept(1), PREPARE)).toEqual([]));
});

describe("log_replica_updates off", () => {
  const off = { logReplicaUpdates: false };
  it.each([
    ["a source with a channel", sourceWith({}, off), 1, "blocker"],
    ["a source without", sourceWith({}, off), 0, "warning"],
    ["a target", targetWith({}, off), 1, "warning"],
    ["on", sourceWith(), 1, "ok"],
  ])("%s", (_, observation, sources, severity) => {
    expect(checkReplicaUpdates(observation, sources).map((finding) => finding.severity)).toEqual([severity]);
  });
});
