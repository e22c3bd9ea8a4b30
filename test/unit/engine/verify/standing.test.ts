import { describe, expect, it } from "vitest";
import {
  type Around,
  hasStood,
  LOOKS_UNDER_CHANGE,
  lookAgain,
  type Standing,
} from "../../../../engine/verify/standing.js";

/** Looks at which the primary had the same, by what was counted before and after each. */
function look(...around: readonly Around[]): boolean {
  let standing: Standing | undefined;
  for (const one of around) standing = lookAgain(standing, "a", one);
  return standing !== undefined && hasStood(standing);
}
const at = (before: string, after = before): Around => ({ before, after });
const restless = (count: number) => Array.from({ length: count }, (_, n) => at(String(n * 9), String(n * 9 + 3)));

describe("what is not the same on both servers", () => {
  it("differs at the third look where nothing is changed", () => {
    expect(look(at("5"), at("5"))).toBe(false);
    expect(look(at("5"), at("5"), at("5"))).toBe(true);
  });

  it("differs at the third look where nothing was changed around one of the looks at the replica", () => {
    expect(look(at("1", "2"), at("5"), at("5"))).toBe(true);
    expect(look(at("5"), at("5"), at("7", "9"))).toBe(true);
  });

  it("may go to and fro around each look where something is changed at every moment", () => {
    // The replica is read between two looks at the primary: only both of them say that nothing moved then.
    expect(look(at("5"), at("6"), at("7"))).toBe(false);
    expect(look(...restless(LOOKS_UNDER_CHANGE - 1))).toBe(false);
    expect(look(...restless(LOOKS_UNDER_CHANGE))).toBe(true);
  });

  it("needs as many looks where the primary does not count", () => {
    const uncounted = (count: number) => Array.from({ length: count }, () => ({ before: undefined, after: undefined }));
    expect(look(...uncounted(LOOKS_UNDER_CHANGE - 1))).toBe(false);
    expect(look(...uncounted(LOOKS_UNDER_CHANGE))).toBe(true);
  });

  it("begins anew where the primary has something else", () => {
    let standing: Standing | undefined;
    for (const seen of ["a", "a", "b", "b"]) standing = lookAgain(standing, seen, at("5"));
    expect(standing).toEqual({ seen: "b", looks: 2, isExact: true, before: "5" });
  });
});
