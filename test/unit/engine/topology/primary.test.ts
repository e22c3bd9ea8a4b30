import { describe, expect, it } from "vitest";
import {
  type Absentee,
  isPrimaryByItself,
  type JournalEntry,
  primaryOf,
  requirePrimary,
  type Witness,
} from "../../../../engine/topology/index.js";

/** `number: from -> to`, by the names of servers. */
function entry(number: number, from: string, to: string): JournalEntry {
  return {
    number,
    primaryUuid: `${to}-uuid`,
    previousUuid: `${from}-uuid`,
    finalGtidSet: "",
    eventScheduler: "ON",
    committedAt: "2026-01-02 03:04:05.000000",
    probed: true,
    isFinal: false,
  };
}

/** A replica that knows these switchovers, the newest one last. */
function member(name: string, journal: readonly JournalEntry[] = [], changes: Partial<Witness> = {}): Witness {
  return {
    name,
    label: `${name} h:1`,
    reachable: true,
    facts: { serverUuid: `${name}-uuid`, readOnly: true },
    lastEntry: journal.at(-1),
    primaryUuids: [...new Set(journal.flatMap(({ primaryUuid, previousUuid }) => [primaryUuid, previousUuid]))],
    ...changes,
  };
}

const writable = (name: string, journal: readonly JournalEntry[] = []) =>
  member(name, journal, { facts: { serverUuid: `${name}-uuid`, readOnly: false } });
const following = (name: string, source: string, journal: readonly JournalEntry[] = []) =>
  member(name, journal, { source, channel: { sourceUuid: `${source}-uuid` } });
const lost = (name: string): Absentee => ({ name, label: name, reachable: false });

const CUTOVER = [entry(1, "source", "target")];
const ROUND = [...CUTOVER, entry(2, "target", "standby"), entry(3, "standby", "target")];

describe("the primary", () => {
  it("is the declared one until the role has moved", () => {
    expect(primaryOf([writable("a"), member("b")], "a")).toMatchObject({ kind: "reachable", name: "a" });
    expect(primaryOf([lost("a"), following("b", "a")], "a")).toMatchObject({
      kind: "unreachable",
      name: "a",
      uuid: "a-uuid",
    });
    expect(primaryOf([writable("a"), member("b")], undefined).kind).toBe("unknown");
  });

  it("is never a replica that somebody has made writable", () => {
    expect(primaryOf([writable("a"), writable("b")], "a")).toMatchObject({ kind: "reachable", name: "a" });
    expect(primaryOf([member("a"), writable("b")], "a")).toMatchObject({
      kind: "unknown",
      seen: "a h:1 is declared to be the primary and is read-only, and b h:1 accepts writes",
    });
  });

  it("is whom the newest entry names, whichever server has it, and whoever accepts writes", () => {
    const back = [...CUTOVER, entry(2, "target", "source")];
    const pair = (source: readonly JournalEntry[], target: readonly JournalEntry[]) =>
      primaryOf([writable("source", source), member("target", target)], "source");
    expect(pair([], CUTOVER)).toMatchObject({ name: "target" });
    expect(pair(CUTOVER, back)).toMatchObject({ name: "source" });
    expect(pair(back, CUTOVER)).toMatchObject({ name: "source", entry: { number: 2 } });
  });

  it("is known while it does not answer by those who follow it, else because nobody else is left", () => {
    const moved = [entry(2, "a", "b")];
    expect(primaryOf([member("a", moved), lost("b"), following("c", "b")], "a")).toMatchObject({
      kind: "unreachable",
      name: "b",
      uuid: "b-uuid",
    });
    expect(primaryOf([member("a", moved), lost("b"), following("c", "a", moved)], "a")).toMatchObject({ name: "b" });
    // b is somebody else, as c says, who follows it.
    const later = [entry(2, "b", "a")];
    expect(primaryOf([lost("a"), lost("b"), following("c", "b", later)], "a")).toMatchObject({ name: "a" });
  });

  it("is unknown where several may be it, and where the role has moved to a server that nobody has named", () => {
    const moved = [entry(2, "c", "x")];
    expect(primaryOf([member("c", moved), lost("b"), lost("d")], "a")).toMatchObject({
      kind: "unknown",
      seen: expect.stringContaining("which may be b or d"),
    });
    expect(primaryOf([member("c", moved), member("b")], "a")).toMatchObject({
      kind: "unknown",
      seen: expect.stringContaining("which is none of c-uuid (c h:1), b-uuid (b h:1)"),
    });
  });

  it("is nobody's by a journal that none of them has any part in", () => {
    expect(primaryOf([writable("a", [entry(1, "x", "y")]), member("b", [entry(1, "x", "y")])], "a")).toMatchObject({
      kind: "foreign",
      entry: { number: 1 },
    });
  });

  it("is unknown where two switchovers of one number name two servers", () => {
    const one = [...CUTOVER, entry(2, "target", "standby")];
    const other = [...CUTOVER, entry(2, "target", "source")];
    expect(primaryOf([member("source", other), member("standby", one)], "source")).toMatchObject({
      kind: "unknown",
      seen: expect.stringContaining("split brain"),
    });
  });
});

describe("one server by itself", () => {
  it("is the primary only by an entry that names it, or where it is declared to be and there is none", () => {
    expect(isPrimaryByItself(member("target"))).toBe(false);
    expect(isPrimaryByItself(writable("source"), "source")).toBe(true);
    expect(isPrimaryByItself(member("target", CUTOVER))).toBe(true);
    expect(isPrimaryByItself(member("source", CUTOVER), "source")).toBe(false);
  });

  it("is no primary any more whoever the last one before the present one was", () => {
    expect(isPrimaryByItself(member("source", ROUND), "source")).toBe(false);
    expect(isPrimaryByItself(member("target", ROUND))).toBe(true);
  });
});

describe("a primary that is required", () => {
  it("is the source until something was switched", () => {
    expect(requirePrimary([writable("source"), member("target")], "source")).toMatchObject({ name: "source" });
  });

  it("is an error where a third server has become it, with what to do", () => {
    const moved = [...CUTOVER, entry(2, "target", "standby")];
    expect(() => requirePrimary([member("source", moved), member("target", moved)], "source")).toThrow(
      /standby-uuid the primary[\s\S]*ferry switchover --to source/,
    );
  });
});
