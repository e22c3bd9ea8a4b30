import { describe, expect, it } from "vitest";
import { checkSwitchover, type SwitchoverObservation } from "../../../../engine/switchover/checks.js";
import { DEFAULT_LIMITS, type SwitchoverRequest } from "../../../../engine/switchover/index.js";
import { situationOf } from "../../../../engine/switchover/situation.js";
import { sourcesAfter } from "../../../../engine/switchover/switchover.js";
import { eventOf } from "../events/event-of.js";
import { channelTo, type FactsChanges, type MemberChanges, observedTree, uuidOf } from "../topology/observed.js";

type Extras = Partial<Omit<SwitchoverObservation, "observed" | "from" | "to">>;

/** Blockers of a switchover from a to b, where nothing but these is other than it should be. */
function blockers(extras: Extras, facts: FactsChanges = {}, members: MemberChanges = {}): string[] {
  const observed = observedTree({ a: null, b: "a" }, facts, members);
  const seen: SwitchoverObservation = {
    ...situationOf(observed, [], "a", "b"),
    expectedUuids: { a: uuidOf(0).toUpperCase() },
    isShrinking: undefined,
    runningWrites: [],
    idleTransactions: 0,
    openXa: [],
    freeDisk: [],
    refusesNewerSource: false,
    ...extras,
  };
  return checkSwitchover(seen, DEFAULT_LIMITS)
    .filter(({ severity }) => severity === "blocker")
    .map(({ check, server }) => `${check} on ${server}`);
}

const A = "a 10.0.0.1:3306";
const B = "b 10.0.0.2:3306";
const disk = (bytes: number) => [{ label: A, directory: "/var/lib/mysql/", bytes }];
const route = (state: string, ...endpoints: string[]) => [{ name: "app", state, endpoints }];

const ORPHAN = eventOf("orphan", {
  definer: { user: "gone", host: "localhost" },
  lacks: ["ALLOW_NONEXISTENT_DEFINER"],
});

describe("checkSwitchover", () => {
  it("lets a switchover begin where nothing stands against it, nor against what follows its commit", () => {
    expect(blockers({ freeDisk: disk(1e9), routes: route("a", "a", "b"), idleTransactions: 3 })).toEqual([]);
  });

  it.each<[string, Extras, FactsChanges, MemberChanges, string]>([
    ["another server", { expectedUuids: { b: uuidOf(9) } }, {}, {}, `identity on ${B}`],
    ["a statement that writes", { runningWrites: [{ sessionId: 7, seconds: 5 }] }, {}, {}, `running-writes on ${A}`],
    ["an open XA transaction", { openXa: [7] }, {}, {}, `open-xa-transactions on ${A}`],
    ["a disk that is nearly full", { freeDisk: disk(1e6) }, {}, {}, `free-disk on ${A}`],
    ["no reverse replication from a newer server", { refusesNewerSource: true }, {}, {}, `newer-source on ${A}`],
    ["no scheduler for the fail-safe", {}, { a: { eventScheduler: "DISABLED" } }, {}, `event-scheduler on ${A}`],
    ["a replica that stands", {}, {}, { b: { channel: channelTo(0, { applier: "OFF" }) } }, `replica-channel on ${B}`],
    ["a replica of another", {}, {}, { b: { channel: channelTo(5) } }, `replica-channel on ${B}`],
    ["a replica that lags", {}, {}, { b: { lag: { missing: "x:1", seconds: 9 } } }, `lag on ${B}`],
    [
      "an event whose definer was dropped",
      {},
      {},
      { a: { events: [ORPHAN] }, b: { events: [{ ...ORPHAN, status: "REPLICA_SIDE_DISABLED" }] } },
      `event-definers on ${B}`,
    ],
    ["a route elsewhere", { routes: route("elsewhere", "a", "b") }, {}, {}, "traffic-route on app"],
    ["a route that does not know the new primary", { routes: route("a", "a") }, {}, {}, "traffic-route on app"],
  ])("refuses %s", (_, extras, facts, members, expected) => {
    expect(blockers(extras, facts, members)).toEqual([expected]);
  });
});

describe("sourcesAfter", () => {
  const before = { a: null, b: "a", c: "a", d: "b" };
  const after = (changes: Partial<SwitchoverRequest>) =>
    sourcesAfter(
      { request: { channel: "ferry", members: {}, tree: before, to: "b", limits: DEFAULT_LIMITS, ...changes } },
      before,
      "a",
    );

  it.each<[Partial<SwitchoverRequest>, Readonly<Record<string, string>>]>([
    [{}, { a: "b", c: "b", d: "b" }],
    [{ reverseReplication: "none" }, { c: "b", d: "b" }],
    [{ moves: "former" }, { a: "b" }],
    [{ moves: "former", reverseReplication: "none" }, {}],
  ])("moves with %o", (changes, expected) => {
    expect(after(changes)).toEqual(expected);
  });
});
