import { quoteIdentifier } from "@gtid-ferry/engine/mysql";
import { quoteTable } from "@gtid-ferry/engine/tables";
import { anyValue, FIRST_DRIFT_TAG } from "../generate/rows.js";
import type { Change, ColumnPlan, RowPlan, ServerSide, TablePlan } from "../model.js";
import { tableOwner } from "../owners.js";
import type { Random } from "../random.js";
import { insertRows, remove, update } from "./row-statements.js";

/** What a change of rows may use up: each row is changed once. */
export interface RowSupply {
  readonly table: TablePlan;
  /** Tags of rows that the table has at first. */
  readonly present: number[];
  readonly fresh: RowPlan[];
}

type Maker = (random: Random, supply: RowSupply, side: ServerSide) => Change | undefined;

export function supplyOf(table: TablePlan): RowSupply {
  return { table, present: [...new Set(table.rows.map(({ tag }) => tag))], fresh: [...table.driftRows] };
}

/** A value of a column that is in no unique key, so that it cannot collide. */
export const ROW_CHANGES: readonly Maker[] = [
  insert,
  insert,
  remove_,
  remove_,
  otherValue,
  otherValue,
  nearValue,
  nearValue,
  nearValue,
  nearValue,
  otherKey,
  nearKey,
  nothingAndEmpty,
  exchangedRows,
  movedSeparator,
  copy,
  manyRows,
  sameAgain,
];

function insert(_random: Random, { table, fresh }: RowSupply, side: ServerSide): Change | undefined {
  const row = fresh.pop();
  if (row === undefined) return undefined;
  return change(table, side, "row inserted", [insertRows(table, [row], true)], [row.tag]);
}

function remove_(random: Random, supply: RowSupply, side: ServerSide): Change | undefined {
  const { table } = supply;
  const tag = take(random, supply);
  return tag === undefined ? undefined : change(table, side, "row deleted", [remove(table, tag, true)], [tag]);
}

function otherValue(random: Random, supply: RowSupply, side: ServerSide): Change | undefined {
  const column = anyColumn(random, supply.table);
  if (column === undefined) return undefined;
  return setValue(random, supply, side, column, `value: ${column.type.name}`, [anyValue(random, column)]);
}

function nearValue(random: Random, supply: RowSupply, side: ServerSide): Change | undefined {
  const column = anyColumn(random, supply.table, ({ type }) => type.pairs.length > 0);
  if (column === undefined) return undefined;
  return setValue(random, supply, side, column, `nearly the same: ${column.type.name}`, random.pick(column.type.pairs));
}

/** A key that is another one by its bytes, and perhaps the same by its collation. */
function nearKey(random: Random, supply: RowSupply, side: ServerSide): Change | undefined {
  const { table } = supply;
  const column = anyColumn(random, table, ({ type }) => type.pairs.length > 0, "in keys");
  if (column === undefined) return undefined;
  const made = setValue(
    random,
    supply,
    side,
    column,
    `key nearly the same: ${column.type.name}`,
    random.pick(column.type.pairs),
  );
  return made && { ...made, reserves: { table, rows: "table" } };
}

function setValue(
  random: Random,
  supply: RowSupply,
  side: ServerSide,
  column: ColumnPlan,
  kind: string,
  values: readonly string[],
): Change | undefined {
  const { table } = supply;
  const tag = take(random, supply);
  if (tag === undefined) return undefined;
  const set = (value: string) => update(table, new Map([[column.name, value]]), tag, { ignoring: true });
  const [one, other] = values.length === 1 ? [undefined, values[0] ?? ""] : [values[0], values[1] ?? ""];
  // In two steps: MySQL changes nothing where the new value equals the old one, and a JSON 1.5 equals 1.5e0.
  const between = column.isNullable ? "NULL" : column.type.nth(4711);
  const made = change(table, side, kind, [set(between), set(other)], [tag]);
  return one === undefined ? made : { ...made, prepare: [set(one)] };
}

function otherKey(random: Random, supply: RowSupply, side: ServerSide): Change | undefined {
  const { table, fresh } = supply;
  const key = table.keys.find(({ isUnique }) => isUnique);
  const written = (key?.parts ?? [])
    .map(({ column }) => column)
    .filter((name) => table.columns.some((one) => one.name === name && one.generated === undefined));
  const [tag, row] = [take(random, supply), fresh.pop()];
  if (written.length === 0 || tag === undefined || row === undefined) return undefined;
  const values = new Map(written.map((name) => [name, row.values.get(name) ?? "DEFAULT"]));
  return change(table, side, "key", [update(table, values, tag, { ignoring: true })], [tag, row.tag]);
}

function nothingAndEmpty(random: Random, supply: RowSupply, side: ServerSide): Change | undefined {
  const column = anyColumn(random, supply.table, ({ isNullable }) => isNullable);
  if (column === undefined) return undefined;
  const { reading, key } = column.type;
  const empty = reading === "document" ? "CAST('null' AS JSON)" : reading === "bytes" && key !== "none" ? "''" : "0";
  if (key === "none" && reading !== "document") return undefined;
  const values = random.chance(0.5) ? ["NULL", empty] : [empty, "NULL"];
  return setValue(random, supply, side, column, `NULL or empty: ${column.type.name}`, values);
}

/** Two rows that have each other's values: what is added up over both may be the same. */
function exchangedRows(random: Random, supply: RowSupply, side: ServerSide): Change | undefined {
  const { table } = supply;
  const column = anyColumn(random, table, ({ type }) => type.pairs.length > 0);
  const [first, second] = [take(random, supply), take(random, supply)];
  if (column === undefined || first === undefined || second === undefined) return undefined;
  const [one, other] = random.pick(column.type.pairs);
  const set = (tag: number, value: string) => update(table, new Map([[column.name, value]]), tag);
  const between = column.isNullable ? "NULL" : column.type.nth(4711);
  const statements = [set(first, between), set(second, between), set(first, other), set(second, one)];
  return {
    ...change(table, side, "values of two rows exchanged", statements, [first, second]),
    prepare: [set(first, one), set(second, other)],
  };
}

/** What stands between two values in a row's text is moved from the one to the other. */
function movedSeparator(random: Random, supply: RowSupply, side: ServerSide): Change | undefined {
  const { table } = supply;
  const [one, other] = changeable(table).filter(({ type }) => /char|text|varbinary|blob/.test(type.name));
  const tag = one && other && take(random, supply);
  if (tag === undefined || one === undefined || other === undefined) return undefined;
  const set = (first: string, second: string) =>
    update(
      table,
      new Map([
        [one.name, first],
        [other.name, second],
      ]),
      tag,
    );
  return { ...change(table, side, "separator moved", [set("'x#'", "'y'")], [tag]), prepare: [set("'x'", "'#y'")] };
}

function copy(random: Random, supply: RowSupply, side: ServerSide): Change | undefined {
  const { table } = supply;
  if (table.keys.some(({ isUnique }) => isUnique)) return undefined;
  const tag = take(random, supply);
  const row = table.rows.find((one) => one.tag === tag);
  if (row === undefined) return undefined;
  return change(table, side, "one more copy", [insertRows(table, [row], true)], [row.tag]);
}

function manyRows(random: Random, { table }: RowSupply, side: ServerSide): Change | undefined {
  const tag = quoteIdentifier(table.tag);
  const own = `${tag} < ${FIRST_DRIFT_TAG}`;
  const column = anyColumn(random, table);
  const part = random.pick(["", ` AND ${tag} % 3 = 1`, ` AND ${tag} > 10`]);
  const statement = random.pick([
    `DELETE FROM ${quoteTable(table)} WHERE ${own}${part}`,
    ...(column === undefined
      ? []
      : [
          `UPDATE ${quoteTable(table)} SET ${quoteIdentifier(column.name)} = ${anyValue(random, column)} WHERE ${own}${part}`,
        ]),
  ]);
  return { ...change(table, side, "many rows", [statement], []), reserves: { table, rows: "all rows" } };
}

/** No difference in the end. */
function sameAgain(random: Random, supply: RowSupply, side: ServerSide): Change | undefined {
  const { table } = supply;
  if (table.foreignKey !== undefined) return undefined;
  const tag = take(random, supply);
  if (tag === undefined) return undefined;
  const column = anyColumn(random, table);
  if (column === undefined) return undefined;
  const value = anyValue(random, column);
  const set = (text: string) => update(table, new Map([[column.name, text]]), tag);
  const statements = [set(column.isNullable ? "NULL" : column.type.nth(4711)), set(value)];
  return { ...change(table, side, "changed and back", statements, [tag]), prepare: [set(value)] };
}

function change(
  table: TablePlan,
  side: ServerSide,
  kind: string,
  statements: readonly string[],
  tags: readonly number[],
): Change {
  return { kind, side, statements, owners: [tableOwner(table)], expected: [], reserves: { table, rows: tags } };
}

/** A row that nobody has taken yet; rather one of the first, which are the likeliest to have found room in their table. */
function take(random: Random, { present }: RowSupply): number | undefined {
  if (present.length === 0) return undefined;
  const [tag] = present.splice(
    random.chance(0.7) ? random.below(Math.min(20, present.length)) : random.below(present.length),
    1,
  );
  return tag;
}

function anyColumn(
  random: Random,
  table: TablePlan,
  isFit: (column: ColumnPlan) => boolean = () => true,
  which: "outside keys" | "in keys" = "outside keys",
): ColumnPlan | undefined {
  const found = (which === "in keys" ? inKeys(table) : changeable(table)).filter(isFit);
  return found.length === 0 ? undefined : random.pick(found);
}

/** Columns that may have any value, whatever the other rows have. */
export function changeable(table: TablePlan): ColumnPlan[] {
  const keyed = new Set(inKeys(table).map(({ name }) => name));
  return table.columns.filter(
    ({ name, generated }) =>
      generated === undefined &&
      name !== table.tag &&
      !keyed.has(name) &&
      name !== table.foreignKey?.column &&
      name !== table.partition?.by,
  );
}

function inKeys(table: TablePlan): ColumnPlan[] {
  const names = new Set(
    table.keys.filter(({ isUnique }) => isUnique).flatMap(({ parts }) => parts.map(({ column }) => column)),
  );
  return table.columns.filter(
    ({ name, generated }) => names.has(name) && generated === undefined && name !== table.tag,
  );
}
