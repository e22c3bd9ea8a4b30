import { quoteString } from "@gtid-ferry/engine/mysql";
import type { Random } from "../random.js";
import { anyCollation } from "./collations.js";
import { type ColumnType, shuffled, type TypeMaker } from "./column-type.js";

/** Values of which a collation may take any two for equal. What a character set lacks becomes `?`. */
const WORDS = [
  ...["", " ", "  ", "a", "A", "a ", "á", "Á", "ae", "æ", "ss", "ß", "ẞ", "i", "I", "İ", "ı", "é", "e\u0301", "Я", "я"],
  ...[
    "ア",
    "ｱ",
    "あ",
    "漢",
    "字",
    "😀",
    "😁",
    "שלום",
    "ก",
    "\u0000",
    "a\u0000",
    "\u200b",
    "\u0001",
    "\\",
    "'",
    '"',
    "`",
  ],
  ...["%", "_", "?", "#", "##", "a#b", "0", "00", "007", "1e3", "-", "null", "NULL", "\n", "\r\n", "\t", "x'41'", "--"],
];
/** Longest that any type or key has room for. */
const LONGEST = 20;

const literal = (text: string) => `_utf8mb4${quoteString(text)}`;

const wordOf = (random: Random) => {
  const word = random.pick(WORDS);
  return random.chance(0.7) ? word : `${word}${random.pick(WORDS)}`.slice(0, LONGEST);
};

/** Words that are different to every collation, in no order that is theirs; some begin alike. */
const nthWord = (n: number) => {
  const number = shuffled(n);
  const starts = ["", "a", "B", "é", "zz", "0", "Ж", "漢", "_"];
  return `${starts[n % starts.length]}${number}${n % 4 === 0 ? "x" : ""}`;
};

/** By case, accent, width, form and trailing space. */
const TEXT_PAIRS = [
  ["a", "A"],
  ["e", "é"],
  ["a", "a "],
  ["", " "],
  ["ss", "ß"],
  ["é", "e\u0301"],
  ["ア", "ｱ"],
  ["😀", "😁"],
  ["a", "a\u0000"],
  ["i", "ı"],
  ["#", "##"],
] as const;

function characterSetOf(collation: string): string {
  const [characterSet = collation] = collation.split("_");
  return `CHARACTER SET ${characterSet} COLLATE ${collation}`;
}

const textPairs = TEXT_PAIRS.map(([one, other]) => [literal(one), literal(other)] as const);

function text(base: "char" | "varchar"): TypeMaker {
  return (random) => {
    const set = characterSetOf(anyCollation(random));
    const size = random.pick([20, 20, 30, 63]);
    return {
      name: base,
      definition: `${base.toUpperCase()}(${size}) ${set}`,
      reading: "bytes",
      key: "whole",
      cuts: true,
      value: (values) => literal(wordOf(values)),
      nth: (n) => literal(nthWord(n)),
      pairs: textPairs,
      defaults: ["''", "'x'"],
      wider: [`${base.toUpperCase()}(64) ${set}`],
      prefixLength: 5,
      ...(base === "varchar" && /utf8mb4_(bin|0900_ai_ci)|latin1|ascii/.test(set) ? { partitionBy: "columns" } : {}),
    };
  };
}

const LONG: Readonly<Record<string, number>> = {
  tinytext: 200,
  text: 60_000,
  mediumtext: 70_000,
  longtext: 200_000,
  tinyblob: 200,
  blob: 60_000,
  mediumblob: 70_000,
  longblob: 1_500_000,
};

function long(name: string, length: number): TypeMaker {
  const isText = name.endsWith("text");
  return (random) => {
    const set = isText ? ` ${characterSetOf(anyCollation(random))}` : "";
    const larger = { text: "LONGTEXT", blob: "LONGBLOB", tinytext: "TEXT", tinyblob: "BLOB" }[name];
    const short = (values: Random) => (isText ? literal(wordOf(values)) : bytes(values, values.below(30)));
    const filled = (last: string) => `CONCAT(REPEAT('a', ${Math.floor(length / 4) - 1}), '${last}')`;
    return {
      name,
      definition: `${name.toUpperCase()}${set}`,
      reading: "bytes",
      key: "prefix",
      cuts: false,
      value: (values) => (values.chance(0.1) ? `REPEAT('ab', ${values.below(length / 8)})` : short(values)),
      nth: (n) => literal(nthWord(n)),
      pairs: [[filled("a"), filled("b")], ...(isText ? textPairs : [])],
      defaults: [isText ? "('x')" : "(X'00')"],
      wider: larger === undefined ? [] : [`${larger}${set}`],
      prefixLength: 10,
    };
  };
}

function bytes(random: Random, length: number): string {
  const digits = Array.from({ length }, () => random.below(256).toString(16).padStart(2, "0"));
  return `X'${digits.join("")}'`;
}

const nthBytes = (n: number, length: number) =>
  `X'${(shuffled(n) * 429_496).toString(16).padStart(8, "0").slice(0, 8)}${"00".repeat(Math.max(0, length - 4))}'`;

const binary: TypeMaker = (random) => {
  const length = random.pick([4, 16, 30]);
  return {
    name: "binary",
    definition: `BINARY(${length})`,
    reading: "bytes",
    key: "whole",
    cuts: true,
    value: (values) => bytes(values, length),
    nth: (n) => nthBytes(n, length),
    pairs: [["X'00000001'", "X'00000000'"]],
    defaults: ["X'41'"],
    // More room would put zeros behind every value.
    wider: [],
    prefixLength: 3,
  };
};

const varbinary: TypeMaker = (random) => {
  const length = random.pick([8, 30]);
  return {
    name: "varbinary",
    definition: `VARBINARY(${length})`,
    reading: "bytes",
    key: "whole",
    cuts: true,
    value: (values) => bytes(values, values.below(length)),
    nth: (n) => nthBytes(n, 4 + (n % 3)),
    pairs: [
      ["X'00'", "X'0000'"],
      ["X'41'", "X'61'"],
      ["X''", "X'20'"],
    ],
    defaults: ["X'41'", "''"],
    wider: [`VARBINARY(${length + 1})`],
    prefixLength: 3,
    partitionBy: "columns",
  };
};

export const TEXT_TYPES: Readonly<Record<string, TypeMaker>> = {
  char: text("char"),
  varchar: text("varchar"),
  binary,
  varbinary,
  ...Object.fromEntries(Object.entries(LONG).map(([name, length]) => [name, long(name, length)])),
} satisfies Readonly<Record<string, (random: Random) => ColumnType>>;
