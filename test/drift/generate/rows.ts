import type { ColumnPlan, RowPlan } from "../model.js";
import type { Random } from "../random.js";

/** Tags tell who may touch a row: the changes those of the first and second kind, the load its own and the first. */
export const FIRST_DRIFT_TAG = 1_000_000;
export const FIRST_LOAD_TAG = 2_000_000;

/** Different values of a column that make many rows: few are enough there. */
const BULK_VALUES = 4;
const BULK = 200;

interface RowsRequest {
  readonly columns: readonly ColumnPlan[];
  readonly tag: string;
  /** Columns of unique keys, for which each row should have a value of its own. */
  readonly inKeys: ReadonlySet<string>;
}

export function makeRows(
  random: Random,
  { columns, tag, inKeys }: RowsRequest,
  first: number,
  count: number,
  hasCopies: boolean,
): RowPlan[] {
  const written = columns.filter(({ generated, name }) => generated === undefined && name !== tag);
  const pools = new Map(
    count <= BULK
      ? []
      : written.map((column) => [column.name, Array.from({ length: BULK_VALUES }, () => anyValue(random, column))]),
  );
  const rows: RowPlan[] = [];
  for (let index = 0; index < count; index += 1) {
    const tagValue = first + index;
    const values = new Map([[tag, String(tagValue)]]);
    for (const column of written) {
      const pool = pools.get(column.name);
      const isKey = inKeys.has(column.name);
      if (isKey && !random.chance(0.1)) values.set(column.name, column.type.nth(nthOf(first, index)));
      else if (pool !== undefined && !isKey) values.set(column.name, random.pick(pool));
      else values.set(column.name, anyValue(random, column));
    }
    const row = { tag: tagValue, values };
    rows.push(row);
    // As often as a table without a key allows.
    if (hasCopies && random.chance(0.2)) rows.push(...Array.from({ length: random.between(1, 3) }, () => row));
  }
  return rows;
}

/** Far from each other, so that the pools collide as seldom as may be. */
function nthOf(first: number, index: number): number {
  return index + 1 + Math.floor(first / FIRST_DRIFT_TAG) * 4_000;
}

export function anyValue(random: Random, column: ColumnPlan): string {
  if (column.isNullable && random.chance(0.25)) return "NULL";
  return column.type.value(random);
}
