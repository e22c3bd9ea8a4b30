import { expect, it } from "vitest";
import { committedRole, type JournalEntry, type ServerRole } from "../../../../engine/topology/index.js";

const entry = (number: number, primaryUuid: string): JournalEntry => ({
  number,
  primaryUuid,
  previousUuid: "other",
  finalGtidSet: "",
  eventScheduler: "ON",
  committedAt: "2026-01-01 00:00:00.000000",
  probed: true,
  isFinal: false,
});
const role = (side: "source" | "target", lastEntry?: JournalEntry): ServerRole => ({
  side,
  label: side,
  uuid: `${side}-uuid`,
  lastEntry,
});

it("names the source as long as nothing was switched", () => {
  expect(committedRole(role("source"), role("target"))).toEqual({ primary: "source", entry: undefined });
});

it("believes the newest entry, whichever server has it", () => {
  const first = entry(1, "target-uuid");
  const second = entry(2, "source-uuid");
  expect(committedRole(role("source"), role("target", first)).primary).toBe("target");
  expect(committedRole(role("source", first), role("target", second)).primary).toBe("source");
  expect(committedRole(role("source", second), role("target", first)).primary).toBe("source");
});

it("refuses an entry that names neither server", () => {
  expect(() => committedRole(role("source"), role("target", entry(3, "third")))).toThrow(/third.*\n.*source-uuid/);
});
