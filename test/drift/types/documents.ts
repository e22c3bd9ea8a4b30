import type { Random } from "../random.js";
import type { TypeMaker } from "./column-type.js";

/** Where a document's typed scalars lie: their types are read there, since its text tells none. */
export const DOCUMENT_PATHS = ["$", "$[1]", "$.a", "$.a[1].b"] as const;

const WRAPPERS: readonly ((scalar: string) => string)[] = [
  (scalar) => scalar,
  (scalar) => `JSON_ARRAY(NULL, ${scalar}, 'x')`,
  (scalar) => `JSON_OBJECT('a', ${scalar}, 'z', 'x')`,
  (scalar) => `JSON_OBJECT('a', JSON_ARRAY(JSON_OBJECT('b', 0), JSON_OBJECT('b', ${scalar})))`,
];

/** One text, or one number, as values of two types. */
const SCALAR_PAIRS = [
  ["CAST(CAST('2024-02-01' AS DATE) AS JSON)", `CAST('"2024-02-01"' AS JSON)`],
  ["CAST(CAST('10:11:12' AS TIME) AS JSON)", `CAST('"10:11:12.000000"' AS JSON)`],
  ["CAST(CAST('2024-02-01 10:11:12' AS DATETIME) AS JSON)", `CAST('"2024-02-01 10:11:12.000000"' AS JSON)`],
  ["CAST(1.5 AS JSON)", "CAST(1.5e0 AS JSON)"],
  ["CAST(CAST(10 AS DECIMAL(5, 0)) AS JSON)", "CAST(10 AS JSON)"],
  ["CAST(CAST(7 AS UNSIGNED) AS JSON)", "CAST(CAST(7 AS SIGNED) AS JSON)"],
  ["CAST(0.1e0 AS JSON)", "CAST(0.10000000000000002e0 AS JSON)"],
  ["CAST(0e0 AS JSON)", "CAST(-0e0 AS JSON)"],
  ["CAST(3e0 AS JSON)", "CAST('3' AS JSON)"],
  ["CAST(9007199254740993 AS JSON)", "CAST(9007199254740992 AS JSON)"],
  ["CAST('true' AS JSON)", "CAST('1' AS JSON)"],
  ["CAST('true' AS JSON)", `CAST('"true"' AS JSON)`],
  ["CAST('null' AS JSON)", `CAST('"null"' AS JSON)`],
  ["CAST('[]' AS JSON)", "CAST('{}' AS JSON)"],
  ["CAST(X'4142' AS JSON)", `CAST('"base64:type15:QUI="' AS JSON)`],
  [`CAST('"a"' AS JSON)`, `CAST('"A"' AS JSON)`],
  [`CAST('"a"' AS JSON)`, `CAST('"a "' AS JSON)`],
  [`CAST('"é"' AS JSON)`, `CAST('"e\u0301"' AS JSON)`],
  ["CAST('18446744073709551615' AS JSON)", "CAST(18446744073709551615e0 AS JSON)"],
] as const;

const DOCUMENTS = [
  `CAST('{"": 1, " ": {"a.b": [1, 2.5, true, null]}, "$": "\\\\"", "ä": "😀"}' AS JSON)`,
  `CAST('{"hash": {"rows": [[[]], {}]}, "bucket": "#"}' AS JSON)`,
  `CAST('[[1, [2, [3, [4]]]], {"a": {"a": {"a": 1}}}]' AS JSON)`,
  "JSON_OBJECT('parts', JSON_ARRAY(1, 'member', CAST('2024-01-01' AS DATE)))",
  "JSON_OBJECT('a', JSON_ARRAY('b', ST_GeomFromText('POINT(1 2)')))",
];

const nested = (depth: number) => `CAST(CONCAT(REPEAT('[', ${depth}), '1', REPEAT(']', ${depth})) AS JSON)`;
const long = (members: number) => `CAST(CONCAT('[', REPEAT('{"a": 1.5}, ', ${members}), '0]') AS JSON)`;

const json: TypeMaker = () => ({
  name: "json",
  definition: "JSON",
  reading: "document",
  key: "none",
  cuts: false,
  value: (values) => {
    if (values.chance(0.05)) return nested(values.between(2, 99));
    if (values.chance(0.05)) return long(values.between(1, 3_000));
    if (values.chance(0.5)) return values.pick(DOCUMENTS);
    return values.pick(WRAPPERS)(values.pick(values.pick(SCALAR_PAIRS)));
  },
  nth: (n) => `JSON_OBJECT('n', ${n})`,
  pairs: SCALAR_PAIRS.flatMap(([one, other]) => WRAPPERS.map((wrap) => [wrap(one), wrap(other)] as const)),
  defaults: ["(JSON_OBJECT())"],
  wider: [],
});

const vector: TypeMaker = (random: Random) => {
  const length = random.pick([1, 3, 300]);
  const of = (first: string) =>
    `TO_VECTOR('[${[first, ...Array.from({ length: length - 1 }, () => "0.5")].join(",")}]')`;
  return {
    name: "vector",
    definition: `VECTOR(${length})`,
    reading: "bytes",
    key: "none",
    cuts: false,
    value: (values) => of(values.pick(["0", "-1.5", "1e-30", "3e38", String(values.below(9))])),
    nth: (n) => of(String(n)),
    pairs: [
      [of("1"), of("1.0000001")],
      [of("0"), of("-0")],
    ],
    defaults: [],
    wider: [`VECTOR(${length + 1})`],
  };
};

export const DOCUMENT_TYPES: Readonly<Record<string, TypeMaker>> = { json, vector };
