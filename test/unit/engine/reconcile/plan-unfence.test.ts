import { describe, expect, it } from "vitest";
import type { JournalEntry } from "../../../../engine/topology/index.js";
import type { MemberChanges } from "../topology/observed.js";
import {
  blockers,
  CLEAR_A,
  FAIL_SAFE,
  FENCED,
  moved,
  ON,
  PERSIST_A,
  steps,
  UNFENCE_A,
  unmoved,
  without,
} from "./planned.js";

describe("the primary's own fence", () => {
  const lost = (entry: Partial<JournalEntry> = {}) =>
    without(moved({ a: null, b: "a", c: "a", d: "a" }, { a: FENCED }, {}, entry), "b", "c");

  it("is lifted where a switchover, a failover or a restart has left it", () => {
    expect(steps(moved({ a: null, b: "a" }, { a: FENCED }))).toEqual([UNFENCE_A]);
    const restarted = unmoved({ a: null, b: "a" }, { a: FENCED }, { a: { isFencedByRestart: true, persisted: ON } });
    expect(steps(restarted)).toEqual([UNFENCE_A, PERSIST_A]);
    const undone = unmoved({ a: null, b: "a" }, { a: FENCED }, { a: { autoUnfence: FAIL_SAFE, persisted: ON } });
    expect(steps(undone)).toEqual([UNFENCE_A, PERSIST_A, CLEAR_A]);
  });

  it("stays where somebody else has put it up", () => {
    const observed = unmoved({ a: null, b: "a" }, { a: { readOnly: true } });
    expect(steps(observed)).toEqual([]);
    expect(blockers(observed)).toEqual([expect.stringMatching(/no failover, switchover or restart did that/)]);
  });

  it("stays, for a watch, where it is not a restart's", () => {
    expect(steps(moved({ a: null, b: "a" }, { a: FENCED }), { unfence: "restart" })).toEqual([]);
    const restarted = moved({ a: null, b: "a" }, { a: FENCED }, { a: { isFencedByRestart: true } });
    expect(steps(restarted, { unfence: "restart" })).toEqual([UNFENCE_A]);
  });

  it("stays while somebody out of sight might be the primary, and nothing persists that it is writable", () => {
    const observed = without(moved({ a: null, b: "a", c: "a" }, { a: FENCED }, { a: { persisted: ON } }), "c");
    expect(steps(observed)).toEqual([]);
    expect(blockers(observed)).toEqual([expect.stringMatching(/while c might be the primary.*--without c/)]);
  });

  it("is lifted without those who were left out by an entry above what they may have", () => {
    expect(steps(lost(), { without: ["b", "c"] })).toEqual([
      expect.stringMatching(
        /^a: SET GLOBAL super_read_only = 0; a: INSERT INTO .* VALUES \(4, @@server_uuid, .*; a: SET GLOBAL read_only = 0$/,
      ),
      expect.stringMatching(/^a: UPDATE .*probed_at.*number = 4$/),
    ]);
    expect(steps(moved({ a: null, b: "a" }, { a: FENCED }), { without: ["b"] })).toEqual([UNFENCE_A]);
  });

  it.each<[string, MemberChanges[string], Partial<JournalEntry>, string[], string[]]>([
    ["its fail-safe lifts it by itself soon", { autoUnfence: FAIL_SAFE }, {}, ["c"], [UNFENCE_A, CLEAR_A]],
    ["a switchover was not completed, and the former primary answers", {}, { probed: false }, ["c"], [UNFENCE_A]],
    ["a switchover was not completed, and the former primary is away", {}, { probed: false }, ["b"], []],
  ])("where somebody is out of sight: %s", (_, a, entry, away, expected) => {
    const observed = without(moved({ a: null, b: "a", c: "a" }, { a: FENCED }, { a }, entry), ...away);
    expect(steps(observed).filter((step) => !step.includes("probed_at"))).toEqual(expected);
  });
});
