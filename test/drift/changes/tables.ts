import { quoteIdentifier } from "@gtid-ferry/engine/mysql";
import { quoteTable } from "@gtid-ferry/engine/tables";
import { otherExpression } from "../generate/generated.js";
import { foreignKeyText } from "../generate/table.js";
import type { Change, ColumnPlan, Finding, ServerSide, TablePlan, World } from "../model.js";
import { ownerKey, tableOwner } from "../owners.js";
import type { Random } from "../random.js";
import { changeable } from "./rows.js";

interface Edit {
  readonly kind: string;
  readonly statements: readonly string[];
  readonly expected: readonly (readonly Finding[])[];
  /** Set where nobody may write to the table until the other side has it, too. */
  readonly changesShape?: true;
  /** Beside the table. */
  readonly owners?: readonly string[];
}

type Maker = (random: Random, table: TablePlan, world: World) => Edit | undefined;

/** Changes of a table's definition that it allows; undefined for one that it does not. */
export function changeTable(random: Random, table: TablePlan, world: World, side: ServerSide): Change | undefined {
  const edit = random.pick(EDITS)(random, table, world);
  if (edit === undefined) return undefined;
  const { kind, statements, expected, changesShape, owners = [] } = edit;
  const reserves = { table, rows: changesShape === true ? ("table" as const) : [] };
  return { kind, side, statements, owners: [tableOwner(table), ...owners], expected, reserves };
}

const alter = (table: TablePlan, ...actions: readonly string[]) => [
  `ALTER TABLE ${quoteTable(table)} ${actions.join(", ")}`,
];
const quoted = quoteIdentifier;
const part = (kind: string, { schema, table }: TablePlan, ...names: readonly string[]): Finding[] => [
  { kind, parts: [schema, table, ...names] },
];

/** Columns that nothing refers to: generated ones and indexes over expressions name others in their text. */
function free(table: TablePlan): ColumnPlan[] {
  const isReferred =
    table.columns.some(({ generated }) => generated !== undefined) || table.keys.some((key) => key.parts.length === 0);
  if (isReferred) return [];
  const keyed = new Set(table.keys.flatMap(({ parts }) => parts.map(({ column }) => column)));
  return changeable(table).filter(({ name }) => !keyed.has(name));
}

function any<T>(random: Random, items: readonly T[]): T | undefined {
  return items.length === 0 ? undefined : random.pick(items);
}

/** What else differs by a table's columns: programs are bound to it. */
function bound(table: TablePlan, { programs, tables }: World): string[] {
  const isIts = (one: { schema: string; table: string } | undefined) =>
    one?.schema === table.schema && one.table === table.table;
  return [
    ...programs.filter((program) => isIts(program.table)).map(({ kind, schema, name }) => ownerKey(kind, schema, name)),
    ...tables.filter((one) => isIts(one.foreignKey?.parent)).map(tableOwner),
  ];
}

const EDITS: readonly Maker[] = [
  (random, table) => {
    const column = random.pick(table.columns);
    const statements = alter(table, `MODIFY ${quoted(column.name)} ${column.definition} COMMENT 'changed'`);
    return { kind: "column comment", statements, expected: [part("column", table, column.name)] };
  },
  (random, table) => {
    const column = any(
      random,
      changeable(table).filter(({ type }) => type.defaults.some((text) => !text.startsWith("("))),
    );
    if (column === undefined) return undefined;
    const value = random.pick(column.type.defaults).replace(/ ON UPDATE .*/, "");
    const text = /CURRENT/.test(value) ? `(${value})` : value;
    const statements = alter(table, `ALTER COLUMN ${quoted(column.name)} SET DEFAULT ${text}`);
    return { kind: "column default", statements, expected: [part("column", table, column.name)] };
  },
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
  (random, table, world) => {
    const column = any(random, free(table));
    if (column === undefined) return undefined;
    const statements = alter(table, `DROP COLUMN ${quoted(column.name)}`);
    return {
      kind: "column dropped",
      statements,
      expected: [part("column", table, column.name)],
      changesShape: true,
      owners: bound(table, world),
    };
  },
  (random, table, world) => {
    const column = any(random, free(table));
    if (column === undefined) return undefined;
    const statements = alter(table, `RENAME COLUMN ${quoted(column.name)} TO \`another name\``);
    const expected = [part("column", table, column.name), part("column", table, "another name")];
    return { kind: "column renamed", statements, expected, changesShape: true, owners: bound(table, world) };
  },
  (random, table, world) => {
    const column = any(
      random,
      changeable(table).filter(({ isNullable }) => !isNullable),
    );
    if (column === undefined) return undefined;
    const statements = alter(table, `MODIFY ${quoted(column.name)} ${column.type.definition} NULL`);
    return {
      kind: "column nullable",
      statements,
      expected: [part("column", table, column.name)],
      changesShape: true,
      owners: bound(table, world),
    };
  },
  (random, table, world) => {
    const column = any(
      random,
      changeable(table).filter(({ type }) => type.wider.length > 0),
    );
    if (column === undefined) return undefined;
    const null_ = column.isNullable ? "NULL" : "NOT NULL";
    const statements = alter(table, `MODIFY ${quoted(column.name)} ${random.pick(column.type.wider)} ${null_}`);
    return {
      kind: `wider: ${column.type.name}`,
      statements,
      expected: [part("column", table, column.name)],
      changesShape: true,
      owners: bound(table, world),
    };
  },
  (random, table, world) => {
    const column = any(
      random,
      free(table).filter(({ type }) => /COLLATE/.test(type.definition) && /CHAR|TEXT/.test(type.definition)),
    );
    if (column === undefined) return undefined;
    const other = column.type.definition.replace(/COLLATE ([a-z0-9]+)_\w+/, "COLLATE $1_bin");
    const null_ = column.isNullable ? "NULL" : "NOT NULL";
    const statements = alter(table, `MODIFY ${quoted(column.name)} ${other} ${null_}`);
    return {
      kind: "column collation",
      statements,
      expected: [part("column", table, column.name)],
      changesShape: true,
      owners: bound(table, world),
    };
  },
  (random, table) => {
    const column = any(
      random,
      changeable(table).filter(({ isInvisible }) => !isInvisible),
    );
    if (column === undefined) return undefined;
    const statements = alter(table, `ALTER COLUMN ${quoted(column.name)} SET INVISIBLE`);
    return { kind: "column hidden", statements, expected: [part("column", table, column.name)] };
  },
  (random, table) => {
    const column = any(
      random,
      table.columns.slice(1).filter(({ generated }) => generated === undefined),
    );
    if (column === undefined) return undefined;
    const statements = alter(table, `MODIFY ${quoted(column.name)} ${column.definition} FIRST`);
    return { kind: "column order", statements, expected: [part("column", table, column.name)], changesShape: true };
  },
  (random, table) => {
    const column = any(
      random,
      table.columns.filter(({ generated }) => generated !== undefined),
    );
    if (column === undefined || table.keys.some(({ parts }) => parts.some((one) => one.column === column.name)))
      return undefined;
    const statements = alter(table, `MODIFY ${quoted(column.name)} ${otherExpression(column)}`);
    return {
      kind: "generated expression",
      statements,
      expected: [part("column", table, column.name)],
      changesShape: true,
    };
  },
  (_random, table, world) => ({
    kind: "column attribute",
    statements: alter(
      table,
      `MODIFY ${quoted(table.tag)} ${tagDefinition(table)} SECONDARY_ENGINE_ATTRIBUTE '{"a": 1}'`,
    ),
    expected: [part("column attributes", table, table.tag)],
    owners: bound(table, world),
  }),
  (random, table) => {
    const order = random.pick(["", " DESC"]);
    const statements = alter(
      table,
      `ADD KEY \`new index\` (${quoted(table.tag)}${order}) ${random.pick(["", "INVISIBLE", "COMMENT 'x'"])}`,
    );
    return { kind: "index added", statements, expected: [part("index", table, "new index")] };
  },
  (random, table) => {
    const key = any(
      random,
      table.keys.filter(({ isUnique }) => !isUnique),
    );
    if (key === undefined) return undefined;
    const [dropped, made] = [`DROP KEY ${quoted(key.name)}`, `ADD ${key.definition}`];
    return random.pick<Edit>([
      { kind: "index dropped", statements: alter(table, dropped), expected: [part("index", table, key.name)] },
      {
        kind: "index renamed",
        statements: alter(table, `RENAME KEY ${quoted(key.name)} TO \`new index\``),
        expected: [part("index", table, key.name), part("index", table, "new index")],
      },
      {
        kind: "index hidden",
        statements: alter(
          table,
          `ALTER INDEX ${quoted(key.name)} ${key.definition.includes("INVISIBLE") ? "VISIBLE" : "INVISIBLE"}`,
        ),
        expected: [part("index", table, key.name)],
      },
      {
        kind: "index comment",
        statements: alter(table, dropped, `${made} COMMENT 'changed'`),
        expected: [part("index", table, key.name)],
      },
      { kind: "index made again", statements: alter(table, dropped).concat(alter(table, made)), expected: [] },
    ]);
  },
  (random, table) => {
    const key = any(
      random,
      table.keys.filter(({ isUnique, name }) => isUnique && name !== "PRIMARY"),
    );
    if (key === undefined || table.foreignKey !== undefined) return undefined;
    const statements = alter(table, `DROP KEY ${quoted(key.name)}`);
    return { kind: "unique key dropped", statements, expected: [part("index", table, key.name)], changesShape: true };
  },
  (random, table, { tables }) => {
    const isParent = tables.some(({ foreignKey }) => foreignKey !== undefined);
    if (isParent || !table.keys.some(({ name, definition }) => name === "PRIMARY" && definition !== ""))
      return undefined;
    if (table.columns.some(({ definition }) => definition.includes("AUTO_INCREMENT")) || !random.chance(0.5))
      return undefined;
    const statements = alter(table, "DROP PRIMARY KEY");
    return { kind: "primary key dropped", statements, expected: [part("index", table, "PRIMARY")], changesShape: true };
  },
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
  (random, table) => {
    const name = any(random, table.checks);
    if (name === undefined) return undefined;
    const check: Finding[] = [{ kind: "check constraint", parts: [table.schema, name] }];
    return random.pick<Edit>([
      { kind: "check dropped", statements: alter(table, `DROP CHECK ${quoted(name)}`), expected: [check] },
      {
        kind: "check not enforced",
        statements: alter(table, `ALTER CHECK ${quoted(name)} NOT ENFORCED`),
        expected: [part("constraint", table, name)],
      },
      {
        kind: "check changed",
        statements: [
          ...alter(table, `DROP CHECK ${quoted(name)}`),
          ...alter(table, `ADD CONSTRAINT ${quoted(name)} CHECK (${quoted(table.tag)} > -101)`),
        ],
        expected: [check],
      },
    ]);
  },
  (_random, table) => ({
    kind: "check added",
    statements: alter(table, `ADD CONSTRAINT \`new check\` CHECK (1 <> 2)`),
    expected: [[{ kind: "check constraint", parts: [table.schema, "new check"] }]],
  }),
  (random, table) => {
    const key = table.foreignKey;
    if (key === undefined) return undefined;
    const dropped = `DROP FOREIGN KEY ${quoted(key.name)}`;
    const made = `ADD ${foreignKeyText(random, key)}`;
    return random.pick<Edit>([
      {
        kind: "foreign key dropped",
        statements: alter(table, dropped),
        expected: [part("foreign key", table, key.name)],
      },
      { kind: "foreign key changed", statements: alter(table, dropped).concat(alter(table, made)), expected: [] },
    ]);
  },
  (random, table) => {
    const { partition } = table;
    if (partition === undefined) return undefined;
    const last = partition.names.at(-1);
    const whole = { changesShape: true } as const;
    const counted = /PARTITIONS \d+$/.test(partition.clause);
    return random.pick<Edit>([
      {
        kind: "partitions removed",
        statements: alter(table, "REMOVE PARTITIONING"),
        expected: [part("table", table)],
        ...whole,
      },
      ...(counted
        ? [
            {
              kind: "partition added",
              statements: [`ALTER TABLE ${quoteTable(table)} ADD PARTITION PARTITIONS 1`],
              expected: [],
              ...whole,
            },
          ]
        : []),
      ...(last === undefined
        ? []
        : [
            {
              kind: "partition dropped",
              statements: alter(table, `DROP PARTITION ${quoted(last)}`),
              expected: [part("partition", table, last)],
              ...whole,
            },
            {
              kind: "partition emptied",
              statements: alter(table, `TRUNCATE PARTITION ${quoted(last)}`),
              expected: [],
              ...whole,
            },
          ]),
    ]);
  },
  (random, table) => {
    const isParentOf = table.foreignKey === undefined && random.chance(0.3);
    return isParentOf
      ? { kind: "table emptied", statements: [`TRUNCATE TABLE ${quoteTable(table)}`], expected: [], changesShape: true }
      : undefined;
  },
];

function tagDefinition({ columns, tag }: TablePlan): string {
  return columns.find(({ name }) => name === tag)?.definition ?? "INT NOT NULL";
}
