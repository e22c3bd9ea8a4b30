import { describe, expect, it } from "vitest";
import type { MemberState } from "../../../../engine/topology/index.js";
import { channelTo } from "../topology/observed.js";
import { CLEAR_A, FAIL_SAFE, moved, ON, PERSIST_A, PERSIST_B, steps, unmoved } from "./planned.js";

describe("what comes up after a restart", () => {
  it("is persisted once the role has moved", () => {
    const observed = moved({ a: null, b: "a" }, {}, { a: { persisted: {} }, b: { persisted: {} } });
    expect(steps(observed)).toEqual([PERSIST_A, PERSIST_B]);
    expect(steps(unmoved({ a: null, b: "a" }, {}, { b: { persisted: {} } }))).toEqual([]);
    expect(steps(unmoved({ a: null, b: "a" }, {}, { b: { persisted: {} } }), { follow: { b: "a" } })).toEqual([
      PERSIST_B,
    ]);
  });

  it("is fenced for a primary that a watch wants so", () => {
    expect(steps(moved({ a: null, b: "a" }, {}, { a: { persisted: ON } }))).toEqual([]);
    expect(steps(unmoved({ a: null, b: "a" }, {}, { a: { persisted: ON } }))).toEqual([]);
  });

  it.each<[string, Partial<MemberState>]>([
    ["a switchover that was undone", { autoUnfence: { ...FAIL_SAFE, threads: [] } }],
    ["a switchover that was committed", { channel: channelTo(1) }],
    ["half of it", { persisted: { read_only: "OFF", super_read_only: "ON" } }],
  ])("is writable where that is left of %s", (_, left) => {
    expect(steps(moved({ a: null, b: "a" }, {}, { a: { persisted: ON, ...left } }))).toContain(PERSIST_A);
  });
});

describe("the fail-safe", () => {
  it("is cleared with an event scheduler that ran for it alone", () => {
    const autoUnfence = { ...FAIL_SAFE, stopsScheduler: true };
    const stop = `a: SET GLOBAL event_scheduler = OFF; ${CLEAR_A}`;
    expect(steps(unmoved({ a: null, b: "a" }, {}, { a: { autoUnfence } }))).toEqual([stop]);
    // It has fired.
    const fired = { ...autoUnfence, threads: [] };
    const observed = unmoved({ a: null, b: "a" }, { a: { eventScheduler: "OFF" } }, { a: { autoUnfence: fired } });
    expect(steps(observed)).toEqual([CLEAR_A]);
    // The journal knows better.
    expect(steps(moved({ a: null, b: "a" }, {}, { a: { autoUnfence } }))).toEqual([CLEAR_A]);
  });
});
