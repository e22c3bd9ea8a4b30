import { describe, expect, it } from "vitest";
import { channelTo, uuidOf } from "../topology/observed.js";
import {
  blockers,
  FENCE_B,
  FENCED,
  LEFT,
  moved,
  PERSIST_B,
  plan,
  steps,
  UNFENCE_A,
  unmoved,
  WRITABLE,
} from "./planned.js";

describe("where all is well", () => {
  it("plans nothing, and leaves alone what a person has stopped", () => {
    expect(steps(unmoved({ a: null, b: "a" }))).toEqual([]);
    expect(steps(moved({ a: null, b: "a", c: "b" }))).toEqual([]);
    const stopped = { c: { channel: channelTo(1, { receiver: "OFF", applier: "OFF" }) } };
    expect(steps(moved({ a: null, b: "a", c: "b" }, {}, stopped))).toEqual([]);
  });

  it("plans nothing around a server that the journal does not name", () => {
    expect(() => plan(moved({ a: null, b: "a" }, {}, {}, { primaryUuid: uuidOf(1) }))).toThrow(/not a$/);
  });
});

describe("fences", () => {
  it("come before anything else", () => {
    const observed = moved({ a: null, b: null, c: "a" }, { a: FENCED, b: WRITABLE }, { b: { persisted: {} } });
    expect(steps(observed, { follow: { b: "a" } })).toEqual([FENCE_B, UNFENCE_A, PERSIST_B, "b repoint a"]);
  });

  it("are put up, before the role has moved, on whom it is asked for and who is read-only", () => {
    const half = { readOnly: true, superReadOnly: false };
    expect(steps(unmoved({ a: null, b: "a" }, { b: half }))).toEqual([]);
    expect(steps(unmoved({ a: null, b: "a" }, { b: half }), { fenced: ["b"] })).toEqual([FENCE_B]);
    expect(steps(unmoved({ a: null, b: "a" }, { b: half }), { follow: { b: "a" } })).toEqual([FENCE_B]);
  });

  it("are not put up on a second writer before the role has moved: nobody knows which of the two is right", () => {
    const observed = unmoved({ a: null, b: "a" }, { b: WRITABLE });
    expect(steps(observed, { fenced: ["b"] })).toEqual([]);
    expect(blockers(observed)).toEqual([expect.stringMatching(/^second-writer: it accepts writes/)]);
  });

  it("are not put up on whom was left out", () => {
    expect(steps(moved({ a: null, b: null }, { b: WRITABLE }), { without: ["b"] })).toEqual([]);
  });
});

describe("the channel of a primary", () => {
  it("is forgotten, where it is not to an unknown server before the role has moved", () => {
    const forget = "a: STOP REPLICA FOR CHANNEL 'ferry'; a: RESET REPLICA ALL FOR CHANNEL 'ferry'";
    const channel = channelTo(1);
    expect(steps(moved({ a: null, b: "a" }, {}, { a: { channel } }))).toEqual([forget]);
    expect(steps(unmoved({ a: null, b: "a" }, {}, { a: { channel, source: "b" } }))).toEqual([forget]);
    expect(steps(unmoved({ a: null, b: "a" }, {}, { a: { channel: channelTo(8, LEFT) } }))).toEqual([forget]);
    const elsewhere = unmoved({ a: null, b: "a" }, {}, { a: { channel: channelTo(8) } });
    expect(steps(elsewhere)).toEqual([]);
    expect(blockers(elsewhere)).toEqual([expect.stringMatching(/^primary-channel: .*10\.0\.0\.9:3306/)]);
  });
});
