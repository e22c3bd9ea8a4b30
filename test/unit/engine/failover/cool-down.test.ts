import { describe, expect, it } from "vitest";
import { coolDownLeft } from "../../../../engine/failover/cool-down.js";
import type { JournalEntry } from "../../../../engine/topology/index.js";
import { observedTree, uuidOf } from "../topology/observed.js";

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

describe("coolDownLeft", () => {
  const at = (now: string) => observedTree(TREE, { a: { now } }, { c: { lastEntry: entry(1, 0) } });

  it("counts from the journal's entry, by the servers' clock", () => {
    expect(coolDownLeft(at("2026-11-21 12:01:40.000000"), 600)).toBe(500);
    expect(coolDownLeft(at("2026-11-21 12:10:00.000000"), 600)).toBe(0);
    expect(coolDownLeft(observedTree(TREE), 600)).toBe(0);
  });
});
