import { insertRows, remove, update } from "../changes/row-statements.js";
import { changeable } from "../changes/rows.js";
import { anyValue } from "../generate/rows.js";
import type { Change, LoadClient, LoadStep, RowPlan, TablePlan } from "../model.js";
import { tableOwner } from "../owners.js";
import type { Random } from "../random.js";

const PAUSE_MILLISECONDS = 2;
const UPDATED_ROWS = 4;
const FEW_ROWS = 200;

/** Clients that write rows which no change has touched: new ones that come and go, and some of those that were there. */
export function writeClients(
  random: Random,
  tables: readonly TablePlan[],
  changes: readonly Change[],
  count: number,
): LoadClient[] {
  const reserved = new Set(
    changes.flatMap(({ reserves }) =>
      reserves.rows === "table" && reserves.table ? [tableOwner(reserves.table)] : [],
    ),
  );
  const schemas = new Set(changes.flatMap(({ reserves }) => reserves.schemas ?? []));
  // Cascades and references would reach rows that were changed.
  const isLinked = (table: TablePlan) =>
    table.foreignKey !== undefined ||
    tables.some(({ foreignKey }) => foreignKey !== undefined && tableOwner(foreignKey.parent) === tableOwner(table));
  const free = tables.filter(
    (table) => !reserved.has(tableOwner(table)) && !schemas.has(table.schema) && !isLinked(table) && !isSlow(table),
  );
  if (free.length === 0) return [];
  return random
    .some(free, count)
    .map((table) => ({ steps: stepsOf(random, table, changes), pauseMilliseconds: PAUSE_MILLISECONDS }));
}

/** For each changed row the replica reads the table where it has no key to find it by. */
function isSlow({ keys, rows }: TablePlan): boolean {
  return rows.length > FEW_ROWS && !keys.some(({ tellsApart }) => tellsApart);
}

function stepsOf(random: Random, table: TablePlan, changes: readonly Change[]): LoadStep[] {
  const own = changes.filter(
    ({ reserves }) => reserves.table !== undefined && tableOwner(reserves.table) === tableOwner(table),
  );
  const changed = new Set(own.flatMap(({ reserves }) => (Array.isArray(reserves.rows) ? reserves.rows : [])));
  const isWhole = own.some(({ reserves }) => reserves.rows === "all rows");
  const untouched = isWhole ? [] : table.rows.filter(({ tag }) => !changed.has(tag));
  const columns = changeable(table);
  const step = (sql: string, ...rows: readonly RowPlan[]): LoadStep => ({
    sql,
    rows: { table, tags: rows.map(({ tag }) => tag) },
  });
  const set = (row: RowPlan) => {
    if (columns.length === 0) return [];
    const column = random.pick(columns);
    return [step(update(table, new Map([[column.name, anyValue(random, column)]]), row.tag), row)];
  };
  const [first, second, ...others] = table.loadRows;
  return [
    ...others.flatMap((row) => [step(insertRows(table, [row], true), row), ...set(row)]),
    ...random.some(untouched, UPDATED_ROWS).flatMap((row) => [...set(row), ...set(row)]),
    ...(first === undefined || second === undefined ? [] : moved(table, first, second, step)),
    ...others.map((row) => step(remove(table, row.tag), row)),
  ];
}

/** A row that takes another key and is deleted by that. */
function moved(
  table: TablePlan,
  first: RowPlan,
  second: RowPlan,
  step: (sql: string, ...rows: readonly RowPlan[]) => LoadStep,
): LoadStep[] {
  const values = new Map(
    [...second.values].filter(([name]) =>
      table.columns.some((column) => column.name === name && column.generated === undefined),
    ),
  );
  return [
    step(insertRows(table, [first], true), first, second),
    step(update(table, values, first.tag), first, second),
    step(remove(table, second.tag), first, second),
  ];
}
