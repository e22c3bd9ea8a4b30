const ESCAPES: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", "0": "\0" };

/** Column type and flags, which mysqlbinlog appends as a comment. */
const TYPE_COMMENT = / \/\* [A-Z][^*]*\*\/$/;

const INTEGER_BOTH_WAYS = /^(-\d+) \((\d+)\)$/;

/**
 * Reads a column's value as `mysqlbinlog -vv` prints it after `@n=`, one character for each byte. An integer with its
 * highest bit set is printed both ways, so `isUnsigned` decides. A value that was cut lacks the comment after it, and
 * gets `...` at its end.
 */
export function parseValue(printed: string, isUnsigned: boolean): string | null {
  const literal = printed.replace(TYPE_COMMENT, "");
  const cut = literal === printed ? " ..." : "";
  if (literal === "NULL") return null;
  if (literal.startsWith("'")) return textOf(unescaped(literal.slice(1, cut === "" ? -1 : undefined))) + cut;
  const both = INTEGER_BOTH_WAYS.exec(literal);
  if (both !== null) return (isUnsigned ? both[2] : both[1]) ?? null;
  return textOf(literal) + cut;
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(?:x([0-9a-f]{2})|(.))/gs, (_, hex: string | undefined, character: string) =>
    hex === undefined ? (ESCAPES[character] ?? character) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** Bytes as UTF-8 text, or in hexadecimal when they are none. */
export function textOf(bytes: string): string {
  const buffer = Buffer.from(bytes, "latin1");
  const text = buffer.toString("utf8");
  // A value that was cut may end within a character.
  const isText = !text.includes("\0") && !text.slice(0, -1).includes("\uFFFD");
  return isText ? text : `0x${buffer.toString("hex")}`;
}
