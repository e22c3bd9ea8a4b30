import { describe, expect, it } from "vitest";
import { primarySide } from "../../../../engine/cli/server-pair.js";
import type { JournalEntry, Side, Witness } from "../../../../engine/topology/index.js";

const entry = (number: number, primaryUuid: string): JournalEntry => ({
  number,
  primaryUuid,
  previousUuid: "other",
  finalGtidSet: "",
  eventScheduler: "OFF",
  committedAt: "2026-01-02 03:04:05.000000",
  probed: true,
  isFinal: false,
});

const role = (side: Side, lastEntry?: JournalEntry): Witness => ({
  name: side,
  label: `${side} h:1`,
  reachable: true,
  facts: { serverUuid: `${side}-uuid`, readOnly: side === "target" },
  lastEntry,
  primaryUuids: lastEntry === undefined ? [] : [lastEntry.primaryUuid, lastEntry.previousUuid],
});

describe("primarySide", () => {
  it.each([
    ["the role never moved", undefined, undefined, "source"],
    ["it moved to the target", entry(1, "target-uuid"), entry(1, "target-uuid"), "target"],
    ["only the target knows yet that it moved", undefined, entry(1, "target-uuid"), "target"],
    ["it came back, which only the source knows yet", entry(2, "source-uuid"), entry(1, "target-uuid"), "source"],
  ] as const)("asks the journal where nobody stated the roles: %s", (_, source, target, primary) =>
    expect(primarySide(role("source", source), role("target", target), false)).toBe(primary),
  );

  it("does not guess by another pair's journal", () => {
    const another = entry(1, "third-uuid");
    expect(() => primarySide(role("source", another), role("target"), false)).toThrow("third-uuid the primary");
  });

  it.each([
    ["the role never moved", undefined, undefined],
    ["it came back, which only the source knows yet", entry(2, "source-uuid"), entry(1, "target-uuid")],
    ["the journal is another pair's", entry(1, "third-uuid"), entry(1, "third-uuid")],
  ] as const)("lets the user's words stand: %s", (_, source, target) =>
    expect(primarySide(role("source", source), role("target", target), true)).toBe("source"),
  );

  it("refuses the user's words where the journal contradicts them, and says what to do", () => {
    expect(() => primarySide(role("source"), role("target", entry(3, "target-uuid")), true)).toThrow(
      /switchover 3 of 2026-01-02 03:04:05\.000000 UTC made the target the primary[\s\S]*exchange --source and --target/,
    );
  });
});
