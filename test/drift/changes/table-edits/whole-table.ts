import { quoteTable } from "@gtid-ferry/engine/tables";
import { tableOwner } from "../../owners.js";
import { alter, bound, type Maker, part, quoted, tagDefinition } from "./edit.js";

/** Options, and the table itself. */
export const WHOLE_TABLE_EDITS: readonly Maker[] = [
  (random, table) => {
    const option = random.pick([
      "COMMENT = 'changed'",
      "ROW_FORMAT = DYNAMIC",
      "DEFAULT CHARACTER SET cp1251",
      "STATS_AUTO_RECALC = 0",
      "STATS_SAMPLE_PAGES = 7",
      "AUTOEXTEND_SIZE = 4M",
    ]);
    return {
      kind: `table option: ${option.split(" = ")[0]}`,
      statements: alter(table, option),
      expected: [[...part("table", table), ...part("statement of table", table)]],
    };
  },
  (random, table) => {
    const storage = random.pick(["COLUMN_FORMAT FIXED", "STORAGE MEMORY"]);
    return {
      kind: `column option: ${storage}`,
      statements: alter(table, `MODIFY ${quoted(table.tag)} ${tagDefinition(table)} ${storage}`),
      expected: [part("statement of table", table)],
    };
  },
  (_random, table) => ({
    kind: "table attribute",
    statements: alter(table, `SECONDARY_ENGINE_ATTRIBUTE = '{"a": 1}'`),
    expected: [part("table attributes", table)],
  }),
  (random, table) => {
    const text = random.pick(["FORCE", "AUTO_INCREMENT = 9000000", "ENGINE = InnoDB"]);
    return { kind: `no difference: ${text.split(" = ")[0]}`, statements: alter(table, text), expected: [] };
  },
  (random, table, world) => {
    const other = { schema: table.schema, table: "another table" };
    const statement = random.pick([
      `RENAME TABLE ${quoteTable(table)} TO ${quoteTable(other)}`,
      `DROP TABLE ${quoteTable(table)}`,
    ]);
    if (
      statement.startsWith("RENAME") &&
      world.programs.some(({ kind, table: its }) => kind === "trigger" && its?.table === table.table)
    )
      return undefined;
    const expected = [part("table", table)];
    return {
      kind: statement.startsWith("DROP") ? "table dropped" : "table renamed",
      statements: [statement],
      expected,
      changesShape: true,
      owners: [...bound(table, world), tableOwner(other)],
    };
  },
  (random, table) => {
    const other = { schema: table.schema, table: random.pick(["one more table", "t.2"]) };
    const statements = [`CREATE TABLE ${quoteTable(other)} (a INT)`];
    return {
      kind: "table added",
      statements,
      expected: [[{ kind: "table", parts: [other.schema, other.table] }]],
      owners: [tableOwner(other)],
    };
  },
];
