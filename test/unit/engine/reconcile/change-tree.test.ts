import { describe, expect, it } from "vitest";
import { parseVersion } from "../../../../engine/mysql/index.js";
import { describePlan, planTree } from "../../../../engine/reconcile/index.js";
import { describeFinding, type Topology, type Tree } from "../../../../engine/topology/index.js";
import { channelSource } from "../fixtures/channels.js";
import {
  channelTo,
  type FactsChanges,
  lostMember,
  type MemberChanges,
  observedTree,
  uuidOf,
} from "../topology/observed.js";

const CHAIN: Tree = { a: null, b: "a", c: "b" };
const EXCHANGED: Tree = { a: null, c: "a", b: "c" };

const seen = (tree: Tree, facts?: FactsChanges, members?: MemberChanges, source: Tree = CHAIN) =>
  planTree(observedTree(source, facts, members), tree).blockers.map(describeFinding);

describe("what is refused", () => {
  it("is nothing where one chain becomes another", () => {
    expect(seen(EXCHANGED)).toEqual([]);
  });

  it("is a tree that is none, all its mistakes at once", () => {
    expect(seen({ a: null, b: "x", c: "c" })).toEqual([
      "the desired topology no such server: x",
      "the desired topology a circle: c follows c",
    ]);
    expect(seen({ a: null, b: "c", c: "b" })).toEqual(["the desired topology a circle: b follows c follows b"]);
    expect(seen({ a: null, b: null })).toEqual([
      "the desired topology c has no source",
      "the desired topology a and b follow no server",
    ]);
  });

  it("is another primary: that is a switchover", () => {
    expect(seen({ b: null, a: "b", c: "b" })).toEqual([
      "a 10.0.0.1:3306 a is the primary, and the desired topology begins with b",
    ]);
  });

  it("is a member that does not answer", () => {
    const observed = observedTree(CHAIN);
    const tree = { ...observed, members: { ...observed.members, c: lostMember("c") } };
    expect(planTree(tree, EXCHANGED)).toMatchObject({
      steps: [],
      blockers: [{ server: "c", seen: "does not answer: ETIMEDOUT" }],
    });
  });

  it("is a replica that accepts writes, and one that is the same server twice", () => {
    expect(seen(CHAIN, { c: { readOnly: false, superReadOnly: false, serverUuid: uuidOf(1) } })).toEqual([
      `c 10.0.0.3:3306 has server_uuid ${uuidOf(1)}, as b has`,
      "c 10.0.0.3:3306 accepts writes (read_only is OFF), and is not the primary",
    ]);
  });

  it("is a new source that cannot give what the member needs, whatever it is", () => {
    const facts: FactsChanges = {
      c: { gtidPurged: `${uuidOf(0)}:1-60`, version: parseVersion("9.7.4"), logReplicaUpdates: false },
      b: { gtidExecuted: `${uuidOf(0)}:1-50`, version: parseVersion("8.0.36") },
    };
    expect(seen({ a: null, c: "a", b: "c" }, facts)).toEqual([
      "b 10.0.0.2:3306 under c 9.7 to 8.0 skips the series 8.4",
      `b 10.0.0.2:3306 under c the source has purged binary logs with ${uuidOf(0)}:51-60, which the replica lacks`,
      "c 10.0.0.3:3306 log_bin is ON and log_replica_updates is OFF",
    ]);
  });

  it("is a member of which nobody knows whether it has errant transactions", () => {
    const uncompared = { b: { lag: undefined, errant: undefined, uncompared: "no answer" } };
    expect(seen(EXCHANGED, {}, uncompared)).toEqual([
      "b 10.0.0.2:3306 could not be compared with the primary: no answer",
    ]);
  });

  it("is an errant transaction on a member that would move", () => {
    const errant = { b: { errant: `${uuidOf(1)}:1` } };
    expect(seen({ a: null, b: "a", c: "a" }, {}, errant)).toEqual([]);
    expect(seen(EXCHANGED, {}, errant)).toEqual([
      `b 10.0.0.2:3306 under c the replica has errant transactions ${uuidOf(1)}:1`,
    ]);
  });
});

describe("what is repaired besides", () => {
  const kinds = (facts: FactsChanges, members: MemberChanges = {}) =>
    planTree(observedTree(CHAIN, facts, members), CHAIN).steps.map((step) =>
      step.kind === "route" ? step.route : `${step.member}: ${step.kind}`,
    );

  it("is a fence that is half up or would be gone after a restart", () => {
    expect(kinds({ b: { superReadOnly: false } }, { c: { persisted: {} } })).toEqual(["b: fence", "c: persist"]);
  });

  it("is a channel that stands still, or has another password", () => {
    expect(kinds({}, { b: { channel: channelTo(0, { applier: "OFF" }) }, c: { isConfigured: false } })).toEqual([
      "b: resume",
      "c: resume",
    ]);
  });
});

describe("what is warned of", () => {
  const warnings = (tree: Tree, members: MemberChanges, facts: FactsChanges = {}) =>
    planTree(observedTree(CHAIN, facts, members), tree).left.map(describeFinding);

  it("is a replica below a delayed one, unless it was there before", () => {
    expect(warnings(EXCHANGED, { c: { delaySeconds: 3600 } })).toEqual([
      "b 10.0.0.2:3306 it would be 3600 s behind, because it would follow the delayed c",
    ]);
    expect(warnings(CHAIN, { b: { delaySeconds: 3600 } })).toEqual([]);
  });

  it("is a replica that would come under a server of a newer series", () => {
    const facts: FactsChanges = { c: { version: parseVersion("9.7.4") } };
    expect(warnings(EXCHANGED, {}, facts)).toEqual([
      expect.stringContaining(
        "b 10.0.0.2:3306 it would follow c: replication from 9.7 to 8.4 is supported for a rollback only",
      ),
    ]);
    expect(warnings(CHAIN, {}, facts)).toEqual([]);
  });

  it("is a semi-synchronous source that loses those who acknowledge", () => {
    const semiSync = { isSourceEnabled: true, isSourceActive: true, isReplicaEnabled: true, isReplicaActive: true };
    const none = { ...semiSync, isReplicaEnabled: false, isReplicaActive: false };
    expect(warnings(EXCHANGED, { a: { semiSync: none }, b: { semiSync } }).length).toBe(1);
    expect(warnings({ a: null, b: "a", c: "a" }, { a: { semiSync: none }, b: { semiSync } })).toEqual([]);
  });
});

it("describes each statement without a secret", () => {
  const end = (host: string): Topology["members"][string] => ({
    connection: { host, port: 3306, user: "admin", password: "secret" },
    address: channelSource(host),
  });
  const request = {
    channel: "ferry",
    tree: CHAIN,
    members: { a: end("10.0.0.1"), b: end("10.0.0.2"), c: end("10.0.0.3") },
  };
  const observed = observedTree(CHAIN);
  const lines = describePlan(planTree(observed, EXCHANGED), observed, request);
  expect(lines.map((line) => line.replace(/ SOURCE_PORT.* FOR/, " ... FOR"))).toEqual([
    "a 10.0.0.1:3306: wait until it has every transaction of c",
    "c 10.0.0.3:3306: STOP REPLICA FOR CHANNEL 'ferry'; wait once more for what it applied meanwhile",
    "c 10.0.0.3:3306: CHANGE REPLICATION SOURCE TO SOURCE_HOST = '10.0.0.1', ... FOR CHANNEL 'ferry'",
    "c 10.0.0.3:3306: START REPLICA FOR CHANNEL 'ferry'; verify: it receives from a and applies; if anything fails, follow b again",
    "c 10.0.0.3:3306: wait until it has every transaction of b",
    "b 10.0.0.2:3306: STOP REPLICA FOR CHANNEL 'ferry'; wait once more for what it applied meanwhile",
    "b 10.0.0.2:3306: CHANGE REPLICATION SOURCE TO SOURCE_HOST = '10.0.0.3', ... FOR CHANNEL 'ferry'",
    "b 10.0.0.2:3306: START REPLICA FOR CHANNEL 'ferry'; verify: it receives from c and applies; if anything fails, follow a again",
  ]);
  expect(lines.join("\n")).not.toContain("secret");
});
