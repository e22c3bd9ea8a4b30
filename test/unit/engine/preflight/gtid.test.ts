import { describe, expect, it } from "vitest";
import {
  checkErrant,
  checkGtidConsistency,
  checkGtidMode,
  checkGtidTopology,
  checkGtidViolations,
  checkPurged,
  checkViolationLog,
} from "../../../../engine/preflight/checks/gtid.js";
import {
  brief,
  listed,
  NO_DIFFERENCE,
  PREPARE,
  REPLICATE,
  SOURCE_UUID,
  sourceWith,
  targetWith,
} from "./observations.js";

describe("gtid_mode", () => {
  it.each(["OFF", "OFF_PERMISSIVE", "ON_PERMISSIVE"] as const)("%s is what prepare changes", (gtidMode) => {
    expect(brief(checkGtidMode(sourceWith({}, { gtidMode }), PREPARE))).toEqual([
      "warning",
      "gtid-mode",
      `gtid_mode is ${gtidMode}`,
      "will be changed by prepare, to ON, online and one step at a time; take backups after it",
    ]);
  });

  it("must be ON to replicate", () => {
    expect(brief(checkGtidMode(sourceWith({}, { gtidMode: "ON_PERMISSIVE" }), REPLICATE))).toEqual([
      "blocker",
      "gtid-mode",
      "gtid_mode is ON_PERMISSIVE",
      "run phase prepare again",
    ]);
    expect(checkGtidMode(targetWith({}, { gtidMode: "OFF" }), PREPARE)).toMatchObject({ severity: "blocker" });
  });

  it("is fine when ON", () => {
    expect(brief(checkGtidMode(sourceWith(), PREPARE))).toEqual(["ok", "gtid-mode", "gtid_mode is ON"]);
  });
});

describe("enforce_gtid_consistency", () => {
  it.each([
    ["OFF", PREPARE, "warning"],
    ["WARN", PREPARE, "warning"],
    ["ON", PREPARE, "ok"],
    ["WARN", REPLICATE, "blocker"],
    ["ON", REPLICATE, "ok"],
  ] as const)("%s for %o: %s", (gtidConsistency, context, severity) => {
    expect(checkGtidConsistency(sourceWith({}, { gtidConsistency }), context).severity).toBe(severity);
  });
});

describe("what could violate GTID consistency", () => {
  const myIsam = listed({ schema: "app", table: "log", engine: "MyISAM" });
  it("is tables of other engines, until it is enforced", () => {
    const source = sourceWith({ otherEngineTables: myIsam }, { gtidConsistency: "OFF" });
    expect(brief(checkGtidViolations(source)).slice(0, 3)).toEqual([
      "warning",
      "gtid-violations",
      "1 table of other engines: MyISAM",
    ]);
    expect(checkGtidViolations(sourceWith({ otherEngineTables: myIsam })).severity).toBe("ok");
    expect(checkGtidViolations(sourceWith({}, { gtidConsistency: "OFF" })).severity).toBe("ok");
  });
});

describe("the error log, by which prepare sees violations", () => {
  const found = (variables: Readonly<Record<string, string>>) =>
    checkViolationLog(sourceWith({}, { gtidConsistency: "OFF" }, variables), PREPARE).map(brief);
  const LOUD = ["ok", "error-log-verbosity", "log_error_verbosity is 2"];
  const COMPLETE = ["ok", "error-log-suppression", "none is"];

  it.each([
    [{ log_error_verbosity: "2", log_error_suppression_list: "" }],
    [{ log_error_verbosity: "2", log_error_suppression_list: "ER_SERVER_SHUTDOWN_COMPLETE,MY-010909,130980" }],
  ])("has their warnings with %o", (variables) => {
    expect(found(variables)).toEqual([LOUD, COMPLETE]);
  });

  it("lacks them with log_error_verbosity 1", () => {
    expect(found({ log_error_verbosity: "1", log_error_suppression_list: "" })).toEqual([
      [
        "blocker",
        "error-log-verbosity",
        "log_error_verbosity is 1",
        "SET GLOBAL log_error_verbosity = 2; once phase prepare has passed, set it back to 1",
      ],
      COMPLETE,
    ]);
  });

  it.each(["MY-013098", "13100", "13229", "er_rpl_gtid_unsafe_stmt_on_non_trans_table"])(
    "lacks what is suppressed: %s",
    (code) => {
      const list = `MY-010909,${code}`;
      expect(found({ log_error_verbosity: "2", log_error_suppression_list: list })).toEqual([
        LOUD,
        [
          "blocker",
          "error-log-suppression",
          `log_error_suppression_list is ${list}`,
          `SET GLOBAL log_error_suppression_list = 'MY-010909'; once phase prepare has passed, set it back to '${list}'`,
        ],
      ]);
    },
  );

  it("does not matter once consistency is enforced, nor to a later phase", () => {
    const quiet = { log_error_verbosity: "1" };
    expect(checkViolationLog(sourceWith({}, {}, quiet), PREPARE)).toEqual([]);
    expect(checkViolationLog(sourceWith({}, { gtidConsistency: "OFF" }, quiet), REPLICATE)).toEqual([]);
  });
});

describe("other servers of the topology, while gtid_mode is not ON", () => {
  const off = { gtidMode: "OFF" } as const;
  const upstream = { value: [{ channel: "", host: "10.0.0.9", port: 3306, sourceUuid: "" }] };

  it.each([
    ["none", {}, ["ok", "ok"]],
    ["a source above", { replicationSources: upstream }, ["blocker", "ok"]],
    ["replicas below", { registeredReplicas: { value: ["10.0.0.7:3306"] } }, ["ok", "blocker"]],
    ["readers of the binary log", { binlogReaders: { value: 1 } }, ["ok", "warning"]],
    ["nothing visible", { registeredReplicas: { unseen: "no" } }, ["ok", "warning"]],
  ] as const)("%s", (_, changes, severities) => {
    expect(checkGtidTopology(sourceWith(changes, off)).map(({ severity }) => severity)).toEqual(severities);
  });

  it("does not matter any more with gtid_mode ON", () => {
    expect(checkGtidTopology(sourceWith({ replicationSources: upstream }))).toEqual([]);
  });

  it("names them", () => {
    const [above, below] = checkGtidTopology(
      sourceWith({ replicationSources: upstream, registeredReplicas: { value: ["10.0.0.7:3306"] } }, off),
    );
    expect([above?.seen, below?.seen]).toEqual(["replicates from 10.0.0.9:3306", "has replicas: 10.0.0.7:3306"]);
  });
});

describe("GTIDs that one side no longer has", () => {
  const gone = `${SOURCE_UUID}:1-10`;
  it("forbid the channel, or the rollback", () => {
    const pair = { ...NO_DIFFERENCE, purgedAndMissing: gone, purgedAndMissingInReverse: gone };
    expect(
      checkPurged(sourceWith(), targetWith(), pair, REPLICATE).map((finding) => brief(finding).slice(0, 3)),
    ).toEqual([
      ["blocker", "purged-gtids", `lacks ${gone}`],
      ["warning", "purged-gtids-back", `lacks ${gone}`],
    ]);
  });

  it("are no matter when there are none, or before the target is restored", () => {
    const found = checkPurged(sourceWith(), targetWith(), NO_DIFFERENCE, REPLICATE);
    expect(found.map(({ severity }) => severity)).toEqual(["ok", "ok"]);
    expect(checkPurged(sourceWith(), targetWith(), { ...NO_DIFFERENCE, purgedAndMissing: gone }, PREPARE)).toEqual([]);
  });
});

describe("errant transactions", () => {
  it.each([
    [{ value: "" }, "ok", "none"],
    [{ value: `${SOURCE_UUID}:101` }, "blocker", `${SOURCE_UUID}:101`],
    [{ unseen: "the source has gtid_mode OFF" }, "warning", "the source has gtid_mode OFF"],
  ])("%o", (errant, severity, seen) => {
    expect(checkErrant(targetWith(), { ...NO_DIFFERENCE, errant }, REPLICATE)).toMatchObject([{ severity, seen }]);
  });
});
