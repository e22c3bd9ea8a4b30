import type { Random } from "../random.js";
import { type ColumnType, shuffled, type TypeMaker } from "./column-type.js";

const INTEGERS = [
  ["tinyint", 8],
  ["smallint", 16],
  ["mediumint", 24],
  ["int", 32],
  ["bigint", 64],
] as const;

function integer(name: string, bits: number): TypeMaker {
  return (random) => {
    const isUnsigned = random.chance(0.4);
    const isFilled = isUnsigned && random.chance(0.3);
    const least = isUnsigned ? 0n : -(2n ** BigInt(bits - 1));
    const most = least + 2n ** BigInt(bits) - 1n;
    const span = most - least + 1n;
    const wider = INTEGERS.find(([, other]) => other > bits)?.[0];
    const suffix = `${isUnsigned ? " UNSIGNED" : ""}${isFilled ? " ZEROFILL" : ""}`;
    return {
      name,
      definition: `${name.toUpperCase()}${isFilled && random.chance(0.5) ? "(4)" : ""}${suffix}`,
      reading: "printed",
      key: "whole",
      cuts: true,
      value: (values) => String(values.pick([0n, 1n, most, least, least + 1n, BigInt(values.below(100))])),
      nth: (n) => String(least + ((BigInt(shuffled(n)) * (span / 10_007n + 1n)) % span)),
      pairs: [
        ["0", "1"],
        [String(most), String(most - 1n)],
      ],
      defaults: ["0", "7"],
      wider: wider === undefined ? [] : [`${wider.toUpperCase()}${suffix}`],
      partitionBy: "integer",
    };
  };
}

const decimal: TypeMaker = (random) => {
  const [digits, places] = random.pick([
    [65, 30],
    [10, 2],
    [5, 0],
    [20, 20],
    [30, 0],
  ] as const);
  const whole = digits - places;
  const one = places === 0 ? "1" : `0.${"0".repeat(places - 1)}1`;
  const other = places === 0 ? "2" : `0.${"0".repeat(places - 1)}2`;
  const most = `${whole === 0 ? "0" : "9".repeat(whole)}${places === 0 ? "" : `.${"9".repeat(places)}`}`;
  const at = (n: number) => (whole >= 5 ? `${shuffled(n) - 5000}${places === 0 ? "" : ".5"}` : `0.${shuffled(n)}1`);
  return {
    name: "decimal",
    definition: `DECIMAL(${digits}, ${places})`,
    reading: "printed",
    key: "whole",
    cuts: true,
    value: (values) => values.pick(["0", one, `-${one}`, most, `-${most}`, at(values.below(500))]),
    nth: at,
    pairs: [[one, other]],
    defaults: ["0", one],
    wider: digits < 65 ? [`DECIMAL(${digits + 1}, ${places})`] : [],
  };
};

const year: TypeMaker = () => ({
  name: "year",
  definition: "YEAR",
  reading: "printed",
  key: "whole",
  cuts: true,
  value: (values) => values.pick(["0", "1901", "2155", "2026"]),
  nth: (n) => String(1901 + (shuffled(n) % 255)),
  pairs: [
    ["2026", "2027"],
    ["0", "2000"],
  ],
  defaults: ["2026"],
  wider: [],
});

/** Names are those of MySQL: a REAL is a DOUBLE. */
function floating(name: "float" | "double", definitions: readonly string[]): TypeMaker {
  const nearly =
    name === "float"
      ? ([
          ["16777216", "16777218"],
          ["1.00000011920928955e0", "1e0"],
          ["1e-44", "3e-44"],
        ] as const)
      : ([
          ["0.1e0", "0.10000000000000002e0"],
          ["1e308", "1.0000000000000002e308"],
          ["5e-324", "1e-323"],
        ] as const);
  return (random) => {
    const definition = random.pick(definitions);
    const isRounded = definition.includes("(");
    return {
      name,
      definition,
      reading: "floating",
      key: "whole",
      cuts: false,
      value: (values) =>
        values.pick(isRounded ? ["0", "-1.25", "99.5"] : ["0", "-0e0", "1e-30", "-3.5e20", "1e0 / 3", "0.1e0"]),
      nth: (n) => `${shuffled(n)}.25`,
      pairs: isRounded
        ? [["1.25", "1.26"]]
        : [...nearly, ["0e0", "-0e0"], ...(name === "double" ? ([["1e0", "1.0000000000000002e0"]] as const) : [])],
      defaults: ["0", "1.5"],
      wider: name === "float" && !isRounded ? ["DOUBLE"] : [],
    };
  };
}

const bit: TypeMaker = (random) => {
  const bits = random.pick([1, 8, 20, 64]);
  const most = 2n ** BigInt(bits) - 1n;
  const literal = (number: bigint) => `b'${number.toString(2)}'`;
  return {
    name: "bit",
    definition: `BIT(${bits})`,
    reading: "numbered",
    key: "whole",
    cuts: true,
    value: (values) => literal(values.pick([0n, 1n, most, most - 1n])),
    nth: (n) => literal((BigInt(shuffled(n)) * (most / 10_007n + 1n)) % (most + 1n)),
    pairs: [
      [literal(most), literal(most - 1n)],
      ["b'0'", "b'1'"],
    ],
    defaults: ["b'1'"],
    wider: bits < 64 ? ["BIT(64)"] : [],
  };
};

/** Lists of members as DDL has them, and what their members are. */
function members(random: Random, most: number): string[] {
  const words = ["a", "A b", "it''s", "é", 'x"y', "☃", "?", "%s", "`", "2", "null", "#"];
  const count = random.pick([1, 3, 8, most]);
  return Array.from({ length: count }, (_, index) => words[index] ?? `m${index}`);
}

function listed(name: "enum" | "set", most: number): TypeMaker {
  return (random) => {
    const all = members(random, most);
    const list = (words: readonly string[]) => words.map((word) => `'${word}'`).join(", ");
    const set = random.pick([
      "utf8mb4 COLLATE utf8mb4_bin",
      "utf8mb4 COLLATE utf8mb4_0900_as_cs",
      "utf16 COLLATE utf16_bin",
    ]);
    const definition = (words: readonly string[]) => `${name.toUpperCase()}(${list(words)}) CHARACTER SET ${set}`;
    const numbers = name === "enum" ? BigInt(all.length) : 2n ** BigInt(all.length) - 1n;
    // An ENUM's 0 is the value of what was no member.
    const atLeast = (number: bigint) => String(name === "enum" && number === 0n ? 1n : number);
    return {
      name,
      definition: definition(all),
      reading: "numbered",
      key: "whole",
      // MySQL compares the highest bit of the 64 as a sign.
      cuts: name === "enum" || all.length < 64,
      value: (values) => atLeast(values.pick([0n, 1n, numbers, BigInt(values.below(Number(numbers % 997n) + 1))])),
      nth: (n) => atLeast((BigInt(shuffled(n)) * (numbers / 10_007n + 1n)) % (numbers + 1n)),
      pairs: name === "set" ? [["0", "1"]] : [],
      defaults: [`'${all[0]}'`],
      wider: all.length < most ? [definition([...all, "later"])] : [],
    };
  };
}

export const NUMBER_TYPES: Readonly<Record<string, TypeMaker>> = {
  ...Object.fromEntries(INTEGERS.map(([name, bits]) => [name, integer(name, bits)])),
  decimal,
  year,
  float: floating("float", ["FLOAT", "FLOAT", "FLOAT(8, 2)", "FLOAT UNSIGNED"]),
  double: floating("double", ["DOUBLE", "REAL", "DOUBLE(20, 2)", "DOUBLE"]),
  bit,
  enum: listed("enum", 300),
  set: listed("set", 64),
} satisfies Readonly<Record<string, (random: Random) => ColumnType>>;
