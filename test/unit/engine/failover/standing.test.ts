import { describe, expect, it } from "vitest";
import { coolDownLeft } from "../../../../engine/failover/cool-down.js";
import { primaryStanding } from "../../../../engine/failover/standing.js";
import type { ObservedTree } from "../../../../engine/replica-tree/index.js";
import type { JournalEntry } from "../../../../engine/topology/index.js";
import { observedTree, uuidOf } from "../replica-tree/observed.js";

const TREE = { a: null, b: "a", c: "a" };

function entry(number: number, primary: number): JournalEntry {
  return {
    number,
    primaryUuid: uuidOf(primary),
    previousUuid: uuidOf(9),
    finalGtidSet: "",
    eventScheduler: "ON",
    committedAt: "2026-11-21 12:00:00.000000",
    probed: true,
    isFinal: false,
  };
}

function without(observed: ObservedTree, ...names: string[]): ObservedTree {
  const lost = names.map((name) => [
    name,
    { name, label: name, reachable: false, seen: "ETIMEDOUT", isRefused: false },
  ]);
  return { ...observed, members: { ...observed.members, ...Object.fromEntries(lost) } };
}

describe("primaryStanding", () => {
  it("is the declared root until the role has moved, even where somebody has made a replica writable", () => {
    const observed = observedTree(TREE, { b: { readOnly: false, superReadOnly: false } });
    expect(primaryStanding(observed, TREE)).toMatchObject({ kind: "here", name: "a" });
    expect(primaryStanding(without(observed, "a"), TREE)).toMatchObject({ kind: "away", name: "a", uuid: uuidOf(0) });
  });

  it("is whom the newest entry names", () => {
    const observed = observedTree(TREE, {}, { b: { lastEntry: entry(1, 0) }, c: { lastEntry: entry(2, 1) } });
    expect(primaryStanding(observed, TREE)).toMatchObject({ kind: "here", name: "b", entry: { number: 2 } });
  });

  it("knows one that is away by those who follow it, else because nobody else is left", () => {
    const moved = observedTree({ b: null, a: "b", c: "b" }, {}, { c: { lastEntry: entry(2, 0) } });
    expect(primaryStanding(without(moved, "b"), TREE)).toMatchObject({ kind: "away", name: "b", uuid: uuidOf(0) });
    const alone = observedTree(TREE, {}, { c: { lastEntry: entry(2, 1) } });
    expect(primaryStanding(without(alone, "b"), TREE)).toMatchObject({ kind: "away", name: "b", uuid: uuidOf(1) });
  });

  it("knows that one who is away is somebody else", () => {
    const chain = observedTree({ a: null, b: "a", c: "b" }, {}, { c: { lastEntry: entry(2, 0) } });
    expect(primaryStanding(without(chain, "a", "b"), TREE)).toMatchObject({ kind: "away", name: "a", uuid: uuidOf(0) });
  });

  it("says when it cannot be told", () => {
    const unclear = observedTree({ ...TREE, d: "c" }, {}, { c: { lastEntry: entry(2, 7) } });
    expect(primaryStanding(without(unclear, "b", "d"), TREE)).toMatchObject({
      kind: "unknown",
      seen: expect.stringContaining("it may be b or d"),
    });
    expect(primaryStanding(unclear, TREE)).toMatchObject({ seen: expect.stringContaining("no member is that server") });
  });
});

describe("coolDownLeft", () => {
  const at = (now: string) => observedTree(TREE, { a: { now } }, { c: { lastEntry: entry(1, 0) } });

  it("counts from the journal's entry, by the servers' clock", () => {
    expect(coolDownLeft(at("2026-11-21 12:01:40.000000"), 600)).toBe(500);
    expect(coolDownLeft(at("2026-11-21 12:10:00.000000"), 600)).toBe(0);
    expect(coolDownLeft(observedTree(TREE), 600)).toBe(0);
  });
});
