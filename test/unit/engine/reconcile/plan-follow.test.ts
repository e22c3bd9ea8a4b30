import { describe, expect, it } from "vitest";
import { channelTo, uuidOf } from "../topology/observed.js";
import { FENCE_B, LEFT, moved, PERSIST_A, plan, steps, WRITABLE } from "./planned.js";

describe("semi-synchronous replication", () => {
  it("lets a former primary wait for no replica that it has no more", () => {
    const semiSync = { isSourceActive: true, isReplicaEnabled: false, isReplicaActive: false };
    const waiting = { ...semiSync, isSourceEnabled: true, sourceVariable: "rpl_semi_sync_source_enabled" };
    const step = "b: SET GLOBAL rpl_semi_sync_source_enabled = 0";
    const follow = { b: "a" };
    expect(steps(moved({ a: null, b: null }, {}, { b: { semiSync: waiting } }), { follow })).toContain(step);
    expect(steps(moved({ a: null, b: null, c: "b" }, {}, { b: { semiSync: waiting } }), { follow })).not.toContain(
      step,
    );
  });
});

describe("who follows whom", () => {
  it("moves those who follow another, each after its new source, and starts what stands", () => {
    const observed = moved({ a: null, b: "a", c: "a", d: "c" }, {}, { b: { channel: channelTo(0, LEFT) } });
    expect(steps(observed, { follow: { d: "b", c: "d", b: "a" } })).toEqual([
      "b resume a",
      "d repoint b",
      "c repoint d",
    ]);
  });

  it("lists what only one member has, leaves it where it is, and moves the others", () => {
    const errant = `${uuidOf(1)}:9`;
    const observed = moved({ a: null, b: null, c: null }, { b: WRITABLE }, { b: { errant } });
    const { diverged, left, blockers: none } = plan(observed, { follow: { b: "a", c: "a" } });
    expect(steps(observed, { follow: { b: "a", c: "a" } })).toEqual([FENCE_B, "c repoint a"]);
    expect(diverged).toEqual([{ member: "b", errant }]);
    expect(left).toMatchObject([{ check: "errant-transactions", server: "b 10.0.0.2:3306" }]);
    expect(none).toEqual([]);
  });

  it("leaves who cannot follow, says why, and moves the others", () => {
    const observed = moved({ a: null, b: null, c: null }, { b: { gtidMode: "OFF" } });
    expect(steps(observed, { follow: { b: "a", c: "a" } })).toEqual(["c repoint a"]);
    expect(plan(observed, { follow: { b: "a", c: "a" } }).left).toMatchObject([{ severity: "blocker" }]);
  });

  it("asks for a write last, when somebody follows who acknowledges it", () => {
    const observed = moved({ a: null, b: null }, {}, { a: { persisted: {} } }, { probed: false });
    expect(steps(observed, { follow: { b: "a" } })).toEqual([
      PERSIST_A,
      "b repoint a",
      expect.stringMatching(/^a: UPDATE .*probed_at.*number = 1$/),
    ]);
  });
});
