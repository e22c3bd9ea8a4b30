import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quoteAccount, quoteIdentifier, quoteString } from "../../../../engine/mysql/index.js";

const ESCAPES: Readonly<Record<string, string>> = {
  "0": "\0",
  b: "\b",
  n: "\n",
  r: "\r",
  t: "\t",
  Z: "\x1a",
};

/** Reads a literal as MySQL's lexer does; undefined when it does not end exactly at its closing quote. */
function readLiteral(text: string): string | undefined {
  if (!text.startsWith("'")) return undefined;
  let value = "";
  for (let at = 1; at < text.length; at += 1) {
    const char = text[at];
    if (char === "\\") {
      at += 1;
      const escaped = text[at];
      if (escaped === undefined) return undefined;
      value += ESCAPES[escaped] ?? escaped;
    } else if (char === "'") {
      if (at === text.length - 1) return value;
      if (text[at + 1] !== "'") return undefined;
      value += "'";
      at += 1;
    } else value += char;
  }
  return undefined;
}

function readIdentifier(text: string): string | undefined {
  const match = /^`((?:[^`]|``)*)`$/s.exec(text);
  return match?.[1]?.replaceAll("``", "`");
}

const nasty = fc.string({
  unit: fc.constantFrom("'", '"', "`", "\\", "\0", "\n", "\r", "\x1a", "%", "_", "a", "ü", "🚢", " "),
});
const anyText = fc.oneof(nasty, fc.string({ unit: "grapheme" }));

describe("quoteString", () => {
  it("gives back every text", () => {
    fc.assert(fc.property(anyText, (text) => readLiteral(quoteString(text)) === text));
  });

  it.each([
    ["it's", "'it\\'s'"],
    ["back\\slash", "'back\\\\slash'"],
    ["x'; DROP TABLE t; -- ", "'x\\'; DROP TABLE t; -- '"],
    ["", "''"],
  ])("%j", (text, quoted) => expect(quoteString(text)).toBe(quoted));
});

describe("quoteIdentifier", () => {
  it("gives back every name", () => {
    const names = anyText.filter((name) => name !== "" && !name.includes("\0"));
    fc.assert(fc.property(names, (name) => readIdentifier(quoteIdentifier(name)) === name));
  });

  it.each(["", "a\0b"])("refuses %j, which cannot be a name", (name) => {
    expect(() => quoteIdentifier(name)).toThrow("not an identifier");
  });
});

it("quotes an account's user and host apart", () => {
  expect(quoteAccount({ user: "o'brien@home", host: "10.10.%" })).toBe("'o\\'brien@home'@'10.10.%'");
});
