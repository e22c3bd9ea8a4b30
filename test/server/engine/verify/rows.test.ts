import { parseName } from "@gtid-ferry/engine/mysql";
import { silent } from "@gtid-ferry/engine/operation";
import { ensureChannel } from "@gtid-ferry/engine/replication";
import { describeReport, verifyTables } from "@gtid-ferry/engine/verify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Pair, startPair, verificationOf } from "../../helpers/pair.js";

let pair: Pair;

/** A column of each type, with two values that differ as little as they can. */
const COLUMNS: readonly (readonly [name: string, definition: string, one: string, other: string])[] = [
  ["tinyint", "TINYINT", "1", "0"],
  ["unsigned bigint", "BIGINT UNSIGNED", "18446744073709551615", "18446744073709551614"],
  ["decimal", "DECIMAL(65, 30)", "1.000000000000000000000000000001", "1.000000000000000000000000000002"],
  ["float by one bit", "FLOAT", "16777216", "16777218"],
  ["small float by one bit", "FLOAT", "1.00000011920928955", "1"],
  ["double by one bit", "DOUBLE", "0.1", "0.10000000000000002"],
  ["double with decimals", "DOUBLE(20, 2)", "1.25", "1.26"],
  ["bit", "BIT(64)", "b'1'", "b'0'"],
  ["negative zero", "DOUBLE", "0", "-0e0"],
  ["a boolean's NULL", "BOOLEAN NULL", "NULL", "0"],
  ["an empty text's NULL", "VARCHAR(10) NULL", "NULL", "''"],
  ["char", "CHAR(10)", "'a'", "'b'"],
  ["case", "VARCHAR(10) COLLATE utf8mb4_0900_ai_ci", "'a'", "'A'"],
  ["accent", "VARCHAR(10) COLLATE utf8mb4_0900_ai_ci", "'e'", "'é'"],
  ["trailing space", "VARCHAR(10)", "'a'", "'a '"],
  ["latin1", "VARCHAR(10) CHARACTER SET latin1", "_latin1 X'E9'", "_latin1 X'E8'"],
  ["utf16", "VARCHAR(10) CHARACTER SET utf16", "'\u{1F600}'", "'\u{1F601}'"],
  ["binary", "BINARY(4)", "X'00000001'", "X'00000000'"],
  ["varbinary", "VARBINARY(8)", "X'00'", "X'0000'"],
  ["text", "TEXT", "REPEAT('a', 60000)", "CONCAT(REPEAT('a', 59999), 'b')"],
  ["longblob", "LONGBLOB", "REPEAT(X'00', 3000000)", "CONCAT(REPEAT(X'00', 2999999), X'01')"],
  ["enum", "ENUM('a', 'b')", "'a'", "'b'"],
  ["set", "SET('a', 'b', 'c')", "'a,c'", "'a,b'"],
  ["date", "DATE", "'2026-01-01'", "'2026-01-02'"],
  ["time", "TIME(6)", "'-00:00:00.000001'", "'-00:00:00.000002'"],
  ["datetime", "DATETIME(6)", "'2026-01-01 00:00:00.000001'", "'2026-01-01 00:00:00.000002'"],
  ["timestamp", "TIMESTAMP(3)", "'2026-01-01 00:00:00.001'", "'2026-01-01 00:00:00.002'"],
  ["year", "YEAR", "2026", "2027"],
  ["json", "JSON", `'{"a": [1, 2.5]}'`, `'{"a": [1, 2]}'`],
  ["json's date", "JSON", "JSON_OBJECT('on', CAST('2024-02-01' AS DATE))", `'{"on": "2024-02-01"}'`],
  ["json's decimal", "JSON", "JSON_ARRAY(1.5)", "JSON_ARRAY(1.5e0)"],
  ["json's whole decimal", "JSON", "JSON_ARRAY(JSON_ARRAY(CAST(10 AS DECIMAL(5, 0))))", "JSON_ARRAY(JSON_ARRAY(10))"],
  ["json's sign", "JSON", "CAST(CAST(7 AS UNSIGNED) AS JSON)", "CAST(CAST(7 AS SIGNED) AS JSON)"],
  ["json's bytes", "JSON", "JSON_ARRAY(X'41')", `'["base64:type15:QQ=="]'`],
  [
    "json's time deep inside",
    "JSON",
    `JSON_OBJECT('a', JSON_ARRAY(1, JSON_OBJECT('b', CAST('10:00:00' AS TIME))))`,
    `'{"a": [1, {"b": "10:00:00.000000"}]}'`,
  ],
  ["json's null", "JSON", "'null'", "NULL"],
  [
    "geometry",
    "POINT SRID 4326",
    "ST_GeomFromText('POINT(1 2)', 4326)",
    "ST_GeomFromText('POINT(1 2.0000000000000004)', 4326)",
  ],
  ["vector", "VECTOR(2)", "TO_VECTOR('[1,2]')", "TO_VECTOR('[1,2.0000002384185791]')"],
  ["stored generated", "INT GENERATED ALWAYS AS (id + 1) STORED", "", ""],
];

/** Tables with every kind of key; each has rows that are not in the key's order of insertion. */
const KEYS: readonly (readonly [name: string, definition: string, values: (n: number) => string])[] = [
  ["bigint", "k BIGINT PRIMARY KEY", (n) => `${(n - 150) * 61_000_000_000}`],
  ["unsigned", "k BIGINT UNSIGNED PRIMARY KEY", (n) => `${18446744073709551615n - BigInt(n)}`],
  ["decimal", "k DECIMAL(40, 10) PRIMARY KEY", (n) => `${(n - 150) * 1000}.0000000001`],
  ["text", "k VARCHAR(40) CHARACTER SET latin1 PRIMARY KEY", (n) => `'\\'ké ${(n * 7919) % 300}'`],
  ["cased", "k VARCHAR(40) COLLATE utf8mb4_bin PRIMARY KEY", (n) => `'${n % 2 ? "a" : "A"}${n}'`],
  ["binary", "k BINARY(16) PRIMARY KEY", (n) => `UNHEX(LEFT(SHA2('${n}', 224), 32))`],
  ["enum", "k ENUM('z', 'y', 'x') NOT NULL, n INT NOT NULL, PRIMARY KEY (k, n)", (n) => `${(n % 3) + 1}, ${n}`],
  ["bit", "k BIT(20) PRIMARY KEY", (n) => `${n * 3}`],
  [
    "temporal",
    "k DATETIME(6) NOT NULL, n TIME(3) NOT NULL, UNIQUE KEY u (k, n)",
    (n) => `'2026-01-01' + INTERVAL ${n} MICROSECOND, SEC_TO_TIME(-${n})`,
  ],
  ["timestamp", "k TIMESTAMP(6) PRIMARY KEY", (n) => `'2026-03-29 00:00:00' + INTERVAL ${n} MINUTE`],
  [
    "composite",
    "a INT NOT NULL, b VARCHAR(10) NOT NULL, c DATE NOT NULL, PRIMARY KEY (a, b, c)",
    (n) => `${n % 4}, 'b${n % 5}', '2026-01-01' + INTERVAL ${n} DAY`,
  ],
  ["second", "f FLOAT PRIMARY KEY, k INT NULL UNIQUE, n INT NOT NULL UNIQUE", (n) => `${n}.5, NULL, ${n}`],
  [
    "second behind a SET of 64 members",
    `k SET(${Array.from({ length: 64 }, (_, n) => `'m${n}'`).join(", ")}) PRIMARY KEY, n INT NOT NULL UNIQUE`,
    (n) => `${2n ** 63n + BigInt(n * 7919)}, ${n}`,
  ],
  ["invisible", "k INT NOT NULL, n INT NOT NULL, UNIQUE KEY zz (k), UNIQUE KEY aa (n) INVISIBLE", (n) => `${n}, ${n}`],
  ["quoted", "`select` INT PRIMARY KEY", (n) => `${n}`],
  [
    "charsets",
    "k INT PRIMARY KEY, a VARCHAR(9) CHARACTER SET latin1, b VARCHAR(9) CHARACTER SET cp1251, c VARCHAR(9) CHARACTER SET sjis, d VARBINARY(9), e DOUBLE",
    (n) => `${n}, 'é', 'ж', 'ア', X'FF', ${n} / 7`,
  ],
  ["none", "n INT", (n) => `${n % 10}`],
];
const ROWS = 300;

beforeAll(async () => {
  pair = await startPair("verify-rows");
  const types = COLUMNS.map(
    ([, definition], index) => `CREATE TABLE shop.type_${index} (id INT PRIMARY KEY, v ${definition})`,
  );
  const keys = KEYS.flatMap(([name, definition, value]) => [
    `CREATE TABLE shop.\`key_${name}\` (${definition}, x INT NOT NULL DEFAULT 0)`,
    ...Array.from({ length: ROWS }, (_, n) => n + 1).map(
      (n) => `INSERT INTO shop.\`key_${name}\` VALUES (${value(n)}, ${n})`,
    ),
  ]);
  await pair.source.rootQuery(
    "SET sql_mode = 'NO_ENGINE_SUBSTITUTION'",
    "SET time_zone = '+00:00'",
    "CREATE SCHEMA shop",
    ...types,
    ...COLUMNS.map(([, , one], index) =>
      one === ""
        ? `INSERT INTO shop.type_${index} (id) VALUES (7)`
        : `INSERT INTO shop.type_${index} VALUES (7, ${one})`,
    ),
    ...keys,
  );
  await ensureChannel(pair.channel, silent);
});
afterAll(() => pair.stop());

const onTarget = (...statements: string[]) =>
  pair.target.rootQuery(
    "SET sql_log_bin = 0",
    "SET time_zone = '+00:00'",
    "SET sql_mode = 'NO_ENGINE_SUBSTITUTION'",
    "SET GLOBAL super_read_only = OFF",
    ...statements,
    "SET GLOBAL super_read_only = ON",
  );
const verify = (...tables: readonly string[]) =>
  verifyTables(
    {
      ...verificationOf(pair),
      // Many small chunks, so that every kind of key is cut.
      limits: { chunkSeconds: 0.000_001, concurrency: 2 },
      ...(tables.length === 0 ? {} : { tables: tables.map(parseName) }),
    },
    silent,
  );

describe("the rows of two servers", () => {
  it("are the same where replication brought them", async () => {
    const report = await verify();
    expect(describeReport(report)).toEqual([expect.stringMatching(/^OK: /)]);
    expect(report.tables.find(({ table }) => table === "key_composite")?.rows).toBe(ROWS);
    expect(report.tables).toHaveLength(COLUMNS.length + KEYS.length);
  });

  it.each(COLUMNS.map(([name, , , other], index) => [name, index, other] as const))(
    "differ in one %s",
    async (_name, index, other) => {
      const table = `shop.type_${index}`;
      // By NULL, since MySQL changes nothing where the new value equals the old one, and a JSON 1.5 equals 1.5e0.
      await onTarget(
        ...(other === ""
          ? [`UPDATE ${table} SET id = 8`]
          : [`UPDATE ${table} SET v = NULL`, `UPDATE ${table} SET v = ${other}`]),
      );
      const report = await verify(table);
      const listed =
        other === ""
          ? [
              ["(7)", "missing"],
              ["(8)", "surplus"],
            ]
          : [["(7)", "different"]];
      expect(report.tables[0]?.listed.map(({ key, verdict }) => [key, verdict])).toEqual(listed);
      expect(report.equal).toBe(false);
    },
  );

  it.each(KEYS.filter(([name]) => name !== "none").map(([name, definition]) => [name, definition] as const))(
    "differ by a changed, a missing and a surplus row, by a key %s",
    async (name) => {
      const table = `shop.\`key_${name}\``;
      await onTarget(
        `UPDATE ${table} SET x = -1 WHERE x = 17`,
        `DELETE FROM ${table} WHERE x = 111`,
        `UPDATE ${table} SET ${NEW_KEY[name]} WHERE x = 231`,
      );
      const [result] = (await verify(`shop.key_${name}`)).tables;
      expect(result?.listed.map(({ verdict }) => verdict).sort()).toEqual([
        "different",
        "missing",
        "missing",
        "surplus",
      ]);
    },
  );

  it.each([
    ["a NULL and an empty text", "a VARCHAR(9), b VARCHAR(9)", "NULL, ''", "a = '', b = NULL"],
    ["a NULL and a number", "a INT, b INT", "NULL, 5", "a = 5, b = NULL"],
    ["the end of a text", "a VARCHAR(9) NOT NULL, b VARCHAR(9) NOT NULL", "'a#', 'b'", "a = 'a', b = '#b'"],
  ])("differ where %s goes from one column to the next", async (_name, columns, values, changed) => {
    await pair.source.rootQuery(
      "DROP TABLE IF EXISTS shop.neighbours",
      `CREATE TABLE shop.neighbours (id INT PRIMARY KEY, ${columns})`,
      `INSERT INTO shop.neighbours VALUES (1, ${values})`,
    );
    await verify("shop.neighbours");
    await onTarget(`UPDATE shop.neighbours SET ${changed}`);
    expect((await verify("shop.neighbours")).tables[0]?.listed).toMatchObject([{ key: "(1)", verdict: "different" }]);
  });

  it("differ in number in a table without a key", async () => {
    await onTarget("UPDATE shop.key_none SET x = x + 1 ORDER BY x LIMIT 2");
    const [result] = (await verify("shop.key_none")).tables;
    expect(result?.problem).toEqual({ kind: "copies", missing: 2, surplus: 2 });
  });

  it("are not all compared when a name is wrong, and that is said", async () => {
    await expect(verify("shop.orders", "shop")).rejects.toThrow("no schema or table shop.orders");
  });
});

const NEW_KEY: Readonly<Record<string, string>> = {
  bigint: "k = 5",
  unsigned: "k = 5",
  decimal: "k = 0.5",
  text: "k = 'zz'",
  cased: "k = 'zz'",
  binary: "k = X'FF'",
  enum: "n = 999",
  bit: "k = 2",
  "second behind a SET of 64 members": "n = 999",
  temporal: "n = '100:00:00'",
  timestamp: "k = '2025-01-01'",
  composite: "b = 'zz'",
  second: "n = 999",
  invisible: "k = 999",
  quoted: "`select` = 999",
  charsets: "k = 999",
};
