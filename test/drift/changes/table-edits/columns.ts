import { otherExpression } from "../../generate/generated.js";
import type { ColumnPlan, TablePlan } from "../../model.js";
import type { Random } from "../../random.js";
import { changeable } from "../rows.js";
import { alter, bound, type Maker, oneOf, part, quoted, tagDefinition } from "./edit.js";

/** Columns that nothing refers to: generated ones and indexes over expressions name others in their text. */
function free(table: TablePlan): ColumnPlan[] {
  const isReferred =
    table.columns.some(({ generated }) => generated !== undefined) || table.keys.some((key) => key.parts.length === 0);
  if (isReferred) return [];
  const keyed = new Set(table.keys.flatMap(({ parts }) => parts.map(({ column }) => column)));
  return changeable(table).filter(({ name }) => !keyed.has(name));
}

interface ColumnEdit {
  readonly kind: string;
  /** Of `ALTER TABLE`. */
  readonly action: string;
  /** What it is called afterwards, where that is another name. */
  readonly newName?: string;
  /** Whether rows of the two sides have not the same shape any more, and what is bound to the table differs with it. */
  readonly reshapes?: "the table" | "what is bound to it, too";
}

/** Edits one of the candidate columns. */
function onColumn(
  candidates: (table: TablePlan) => readonly ColumnPlan[],
  edit: (column: ColumnPlan, random: Random, table: TablePlan) => ColumnEdit | undefined,
): Maker {
  return (random, table, world) => {
    const column = oneOf(random, candidates(table));
    const made = column && edit(column, random, table);
    if (made === undefined) return undefined;
    const { kind, action, newName, reshapes } = made;
    return {
      kind,
      statements: alter(table, action),
      expected: [column?.name, newName].flatMap((name) => (name === undefined ? [] : [part("column", table, name)])),
      ...(reshapes === undefined ? {} : { changesShape: true }),
      ...(reshapes === "what is bound to it, too" ? { owners: bound(table, world) } : {}),
    };
  };
}

const nullability = ({ isNullable }: ColumnPlan) => (isNullable ? "NULL" : "NOT NULL");

export const COLUMN_EDITS: readonly Maker[] = [
  onColumn(
    ({ columns }) => columns,
    ({ name, definition }) => ({
      kind: "column comment",
      action: `MODIFY ${quoted(name)} ${definition} COMMENT 'changed'`,
    }),
  ),
  onColumn(
    (table) => changeable(table).filter(({ type }) => type.defaults.some((text) => !text.startsWith("("))),
    ({ name, type }, random) => {
      const value = random.pick(type.defaults).replace(/ ON UPDATE .*/, "");
      const text = /CURRENT/.test(value) ? `(${value})` : value;
      return { kind: "column default", action: `ALTER COLUMN ${quoted(name)} SET DEFAULT ${text}` };
    },
  ),
  (random, table, world) => {
    const name = "new column";
    const place = random.pick(["", " FIRST", ` AFTER ${quoted(table.tag)}`]);
    const statements = alter(table, `ADD COLUMN ${quoted(name)} INT NULL DEFAULT 5${place}`);
    return {
      kind: "column added",
      statements,
      expected: [part("column", table, name)],
      changesShape: true,
      owners: bound(table, world),
    };
  },
  (random, table, world) => {
    const statements = alter(table, "ADD COLUMN `new column` INT AS (1 + 1) VIRTUAL");
    const expected = [part("column", table, "new column")];
    return random.chance(0.5)
      ? { kind: "virtual column added", statements, expected, changesShape: true, owners: bound(table, world) }
      : undefined;
  },
  onColumn(free, ({ name }) => ({
    kind: "column dropped",
    action: `DROP COLUMN ${quoted(name)}`,
    reshapes: "what is bound to it, too",
  })),
  onColumn(free, ({ name }) => ({
    kind: "column renamed",
    action: `RENAME COLUMN ${quoted(name)} TO \`another name\``,
    newName: "another name",
    reshapes: "what is bound to it, too",
  })),
  onColumn(
    (table) => changeable(table).filter(({ isNullable }) => !isNullable),
    ({ name, type }) => ({
      kind: "column nullable",
      action: `MODIFY ${quoted(name)} ${type.definition} NULL`,
      reshapes: "what is bound to it, too",
    }),
  ),
  onColumn(
    (table) => changeable(table).filter(({ type }) => type.wider.length > 0),
    (column, random) => ({
      kind: `wider: ${column.type.name}`,
      action: `MODIFY ${quoted(column.name)} ${random.pick(column.type.wider)} ${nullability(column)}`,
      reshapes: "what is bound to it, too",
    }),
  ),
  onColumn(
    (table) => free(table).filter(({ type }) => /COLLATE/.test(type.definition) && /CHAR|TEXT/.test(type.definition)),
    (column) => {
      const other = column.type.definition.replace(/COLLATE ([a-z0-9]+)_\w+/, "COLLATE $1_bin");
      return {
        kind: "column collation",
        action: `MODIFY ${quoted(column.name)} ${other} ${nullability(column)}`,
        reshapes: "what is bound to it, too",
      };
    },
  ),
  onColumn(
    (table) => changeable(table).filter(({ isInvisible }) => !isInvisible),
    ({ name }) => ({ kind: "column hidden", action: `ALTER COLUMN ${quoted(name)} SET INVISIBLE` }),
  ),
  onColumn(
    ({ columns }) => columns.slice(1).filter(({ generated }) => generated === undefined),
    ({ name, definition }) => ({
      kind: "column order",
      action: `MODIFY ${quoted(name)} ${definition} FIRST`,
      reshapes: "the table",
    }),
  ),
  onColumn(
    ({ columns }) => columns.filter(({ generated }) => generated !== undefined),
    (column, _random, { keys }) => {
      if (keys.some(({ parts }) => parts.some((one) => one.column === column.name))) return undefined;
      return {
        kind: "generated expression",
        action: `MODIFY ${quoted(column.name)} ${otherExpression(column)}`,
        reshapes: "the table",
      };
    },
  ),
  (_random, table, world) => ({
    kind: "column attribute",
    statements: alter(
      table,
      `MODIFY ${quoted(table.tag)} ${tagDefinition(table)} SECONDARY_ENGINE_ATTRIBUTE '{"a": 1}'`,
    ),
    expected: [part("column attributes", table, table.tag)],
    owners: bound(table, world),
  }),
];
