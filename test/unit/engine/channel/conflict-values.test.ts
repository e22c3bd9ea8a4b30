import { describe, expect, it } from "vitest";
import { insertStatement, keyCondition } from "../../../../engine/channel/conflict-values.js";

const column = (name: string, type: string, changes: object = {}) => ({
  name,
  type,
  nullable: true,
  length: null,
  characterSet: null,
  collation: null,
  isGenerated: false,
  ...changes,
});
const text = { characterSet: "latin1", collation: "latin1_swedish_ci" };

describe("keyCondition", () => {
  it.each([
    ["int", {}, "-7", "-7"],
    ["decimal", {}, "12.50", "12.50"],
    ["enum", {}, "2", "2"],
    ["varchar", text, "it's", "_latin1 X'69742773' COLLATE latin1_swedish_ci"],
    // Latin-1 bytes that are no UTF-8 are printed in hexadecimal; the same characters typed by somebody are not.
    ["varchar", text, "0xfc", "_latin1 X'FC' COLLATE latin1_swedish_ci"],
    ["varchar", text, "0x41", "_latin1 X'30783431' COLLATE latin1_swedish_ci"],
    ["binary", { length: 4 }, "0x00ff", "CAST(X'00FF' AS BINARY(4))"],
    ["varbinary", { length: 4 }, "ab", "X'6162'"],
    ["date", {}, "2025:01:10", "'2025-01-10'"],
    ["datetime", {}, "2025-01-10 11:12:13.5", "'2025-01-10 11:12:13.5'"],
    ["timestamp", {}, "1731234567.250", "FROM_UNIXTIME(1731234567.250)"],
  ])("of %s %j %s", (type, changes, value, literal) => {
    const cells = [{ column: "k", value }];
    expect(keyCondition([column("k", type, changes)], cells)).toBe(`\`k\` = ${literal}`);
  });

  it("joins the columns of a key, in the key's order", () => {
    const cells = [
      { column: "a", value: "1" },
      { column: "b", value: "2" },
    ];
    expect(keyCondition([column("b", "int"), column("a", "int")], cells)).toBe("`b` = 2 AND `a` = 1");
  });

  it.each([
    ["a value that is no number", "int", "1 OR 1"],
    ["a value that was cut", "varchar", "abc ..."],
    ["NULL, which is never a duplicate", "int", null],
    ["a type that is not exact", "float", "1.5"],
  ])("is unknown with %s", (_, type, value) => {
    expect(keyCondition([column("k", type, text)], [{ column: "k", value }])).toBeUndefined();
  });

  it("is unknown when the event lacks a column", () => {
    expect(keyCondition([column("k", "int")], [{ column: "@1", value: "1" }])).toBeUndefined();
  });
});

describe("insertStatement", () => {
  const table = {
    schema: "shop",
    table: "it`em",
    columns: [
      column("id", "int"),
      column("total", "int", { isGenerated: true }),
      column("price", "float"),
      column("data", "json"),
      column("gone", "geometry"),
    ],
  };

  it("leaves out what the server computes", () => {
    const cells = [
      { column: "id", value: "1" },
      { column: "price", value: "1.5" },
      { column: "data", value: '{"a": "it\'s"}' },
      { column: "gone", value: null },
    ];
    expect(insertStatement(table, cells)).toBe(
      `INSERT INTO \`shop\`.\`it\`\`em\` (\`id\`, \`price\`, \`data\`, \`gone\`) VALUES (1, 1.5, '{\\"a\\": \\"it\\'s\\"}', NULL)`,
    );
  });

  it("is not offered with a value that cannot be written", () => {
    const cells = [
      { column: "id", value: "1" },
      { column: "price", value: "1.5" },
      { column: "data", value: null },
      { column: "gone", value: "0x00" },
    ];
    expect(insertStatement(table, cells)).toBeUndefined();
  });
});
