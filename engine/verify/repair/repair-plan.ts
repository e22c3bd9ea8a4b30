import { quoteIdentifier } from "../mysql/index.js";
import { type KeyValue, keyInsert, keysCondition } from "../tables/index.js";
import { type KeyedTable, quotedName } from "./digest.js";

/** Rows of one table that differ, as a comparison found them. */
export interface RepairBatch {
  readonly table: KeyedTable;
  /** Rows that the source has: the target gets them as they are there. */
  readonly kept: readonly KeyValue[];
  /** Rows that only the target has: it loses them. */
  readonly surplus: readonly KeyValue[];
}

/** Where the source's own rows rest for a moment; no other session can see it, and no binary log has it. */
export const HELD_ROWS = "`gtid_ferry`.`held_rows`";

const ROWS_PER_BATCH = 100;

/** Cuts the differences of one table into transactions. */
export function repairBatches(
  table: KeyedTable,
  rows: readonly { readonly value: KeyValue; readonly verdict: "missing" | "surplus" | "different" }[],
): RepairBatch[] {
  const batches: RepairBatch[] = [];
  for (let start = 0; start < rows.length; start += ROWS_PER_BATCH) {
    const some = rows.slice(start, start + ROWS_PER_BATCH);
    batches.push({
      table,
      kept: some.filter(({ verdict }) => verdict !== "surplus").map(({ value }) => value),
      surplus: some.filter(({ verdict }) => verdict === "surplus").map(({ value }) => value),
    });
  }
  return batches;
}

/** Before the transaction: a place for the rows that are taken out and put back. */
export function holdStatements({ table }: RepairBatch): string[] {
  return [
    `DROP TEMPORARY TABLE IF EXISTS ${HELD_ROWS}`,
    `CREATE TEMPORARY TABLE ${HELD_ROWS} AS SELECT ${written(table)} FROM ${quotedName(table)} LIMIT 0`,
  ];
}

/**
 * The transaction on the source. It leaves the source as it is: its rows go and come back, and rows that it never had
 * come and go. Its row events make the replica have exactly that.
 */
export function repairStatements({ table, kept, surplus }: RepairBatch): string[] {
  const name = quotedName(table);
  const columns = written(table);
  const takeOutAndPutBack = [
    `INSERT INTO ${HELD_ROWS} SELECT ${columns} FROM ${name} WHERE ${keysCondition(table.key, kept)} FOR UPDATE`,
    `DELETE FROM ${name} WHERE ${keysCondition(table.key, kept)}`,
    `INSERT INTO ${name} (${columns}) SELECT ${columns} FROM ${HELD_ROWS}`,
  ];
  // One by one, since their other columns are all the same. A row that came into being meanwhile refuses the first.
  const bringAndRemove = surplus.flatMap((value) => [
    `INSERT INTO ${name} ${keyInsert(table.key, value)}`,
    `DELETE FROM ${name} WHERE ${keysCondition(table.key, [value])}`,
  ]);
  return [...(kept.length === 0 ? [] : takeOutAndPutBack), ...bringAndRemove];
}

/** All columns that can be written. */
function written(table: KeyedTable): string {
  return table.columns
    .filter(({ isGenerated }) => !isGenerated)
    .map(({ name }) => quoteIdentifier(name))
    .join(", ");
}
