import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shellQuote } from "../../../../engine/operation/shell-quote.js";

describe("shellQuote", () => {
  it.each([
    ["plain-word_1.2:3/4@5,6%7+8=9", "plain-word_1.2:3/4@5,6%7+8=9"],
    ["", "''"],
    ["a b", "'a b'"],
    ["it's", "'it'\\''s'"],
    ["$(id) `id` \\", "'$(id) `id` \\'"],
    ["~", "'~'"],
  ])("quotes %j", (word, quoted) => {
    expect(shellQuote(word)).toBe(quoted);
  });

  it("gives a shell back the very words", () => {
    const word = fc.string({ unit: "binary" }).map((text) => text.replaceAll("\0", ""));
    const words = fc.array(word, { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(words, (all) => {
        const script = `printf '%s\\0' ${all.map(shellQuote).join(" ")}`;
        expect(execFileSync("sh", ["-c", script], { encoding: "utf8" })).toBe(all.map((one) => `${one}\0`).join(""));
      }),
      { numRuns: 30 },
    );
  });

  it("refuses NUL, which no shell can pass", () => {
    expect(() => shellQuote("a\0b")).toThrow("NUL");
  });
});
