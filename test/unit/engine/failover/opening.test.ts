import { describe, expect, it } from "vitest";
import { judgeOpening, rivalsOf } from "../../../../engine/failover/opening.js";
import { lostMember, observedTree } from "../replica-tree/observed.js";

describe("judgeOpening", () => {
  it("opens only what this tool or a restart has closed, and only without a rival out of sight", () => {
    expect(judgeOpening({ isOurs: true, rivals: [] })).toEqual({ obstacle: undefined });
    expect(judgeOpening({ isOurs: false, rivals: [] }).obstacle).toMatch(/find out who did$/);
    expect(judgeOpening({ isOurs: true, rivals: ["b", "c"] }).obstacle).toMatch(/b and c might be.*--without b c$/);
  });
});

describe("rivalsOf", () => {
  it("is everybody who does not answer and was not left out", () => {
    const observed = observedTree({ a: null, b: "a", c: "a", d: "a" });
    const members = { ...observed.members, b: lostMember("b"), c: lostMember("c") };
    expect(rivalsOf({ ...observed, members }, ["c"])).toEqual(["b"]);
  });
});
