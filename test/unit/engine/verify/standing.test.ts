import { describe, expect, it } from "vitest";
import { hasStood, type Look } from "../../../../engine/verify/objects/standing.js";

/** Looks by the number of statements before and after each. */
const looks = (...counts: readonly (readonly [number | undefined, number | undefined])[]): Look[] =>
  counts.map(([statementsBefore, statementsAfter]) => ({ defined: undefined, statementsBefore, statementsAfter }));
const restless = (count: number) => looks(...Array.from({ length: count }, (_, n) => [n * 9, n * 9 + 3] as const));

describe("an object that is not the same on both servers", () => {
  it("differs at the third look where nobody changes a definition", () => {
    expect(hasStood(looks([5, 5], [5, 5]))).toBe(false);
    expect(hasStood(looks([5, 5], [5, 5], [5, 5]))).toBe(true);
  });

  it("differs at the third look where no definition was changed around one of the first two", () => {
    expect(hasStood(looks([1, 2], [5, 5], [5, 5]))).toBe(true);
    expect(hasStood(looks([5, 5], [5, 5], [7, 9]))).toBe(true);
  });

  it("may have come and gone around each look where definitions are changed at every moment", () => {
    // Between a look at the primary and the next one the replica was read: only a pair says that nothing moved then.
    expect(hasStood(looks([5, 5], [6, 6], [7, 7]))).toBe(false);
    expect(hasStood(restless(11))).toBe(false);
    expect(hasStood(restless(12))).toBe(true);
  });

  it("needs as many looks where the primary does not count its statements", () => {
    const uncounted = (count: number) => looks(...Array.from({ length: count }, () => [undefined, undefined] as const));
    expect(hasStood(uncounted(11))).toBe(false);
    expect(hasStood(uncounted(12))).toBe(true);
  });
});
