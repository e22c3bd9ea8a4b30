import { ADMIN_SCHEMA, quoteIdentifier } from "../../mysql/index.js";
import { type KeyValue, keyInsert, keysCondition, plain, quoteTable } from "../../tables/index.js";
import type { KeyedTable } from "../rows/digest.js";

/** Rows of one table that differ, as a comparison found them. */
export interface RepairBatch {
  readonly table: KeyedTable;
  /** Rows that the primary has: the replica gets them as they are there. */
  readonly kept: readonly KeyValue[];
  /** Rows that only the replica has: it loses them. */
  readonly surplus: readonly KeyValue[];
}

/** Where the primary's own rows rest for a moment; no other session can see it, and no binary log has it. */
export const HELD_ROWS = quoteTable({ schema: ADMIN_SCHEMA, table: "held_rows" });

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

/**
 * A batch without surplus rows that the primary has by the key's collation, which tells fewer values apart than their
 * bytes do: for the index the two are one row, which is replaced by the primary's. `present` are the keys that the
 * primary gives for the surplus ones.
 */
export function withKeysOfPrimary(batch: RepairBatch, present: ReadonlyMap<string, KeyValue>): RepairBatch {
  const id = (key: KeyValue) => JSON.stringify(key);
  const kept = new Map(batch.kept.map((key) => [id(key), key]));
  for (const key of present.values()) kept.set(id(key), key);
  return { ...batch, kept: [...kept.values()], surplus: batch.surplus.filter((key) => !present.has(id(key))) };
}

/** Before the transaction: a place for the rows that are taken out and put back, with a key, as servers may ask for. */
export function holdStatements({ table }: RepairBatch): string[] {
  const key = table.key.columns.map(({ name }) => quoteIdentifier(name)).join(", ");
  return [
    `DROP TEMPORARY TABLE IF EXISTS ${HELD_ROWS}`,
    `CREATE TEMPORARY TABLE ${HELD_ROWS} (PRIMARY KEY (${key})) SELECT ${held(table)} FROM ${quoteTable(table)} LIMIT 0`,
  ];
}

/**
 * The transaction on the primary. It leaves the primary as it is: its rows go and come back, and rows that it never had
 * come and go. Its row events make the replica have exactly that.
 */
export function repairStatements({ table, kept, surplus }: RepairBatch): string[] {
  const name = quoteTable(table);
  const [columns, all] = [written(table), held(table)];
  const takeOutAndPutBack = [
    `INSERT INTO ${HELD_ROWS} (${all}) SELECT ${all} FROM ${name} WHERE ${keysCondition(table.key, kept, plain)} FOR UPDATE`,
    `DELETE FROM ${name} WHERE ${keysCondition(table.key, kept, plain)}`,
    `INSERT INTO ${name} (${columns}) SELECT ${columns} FROM ${HELD_ROWS}`,
  ];
  // One by one, since their other columns are all the same. A row that came into being meanwhile refuses the first.
  const bringAndRemove = surplus.flatMap((value) => [
    `INSERT INTO ${name} ${keyInsert(table.key, value)}`,
    `DELETE FROM ${name} WHERE ${keysCondition(table.key, [value], plain)}`,
  ]);
  return [...(kept.length === 0 ? [] : takeOutAndPutBack), ...bringAndRemove];
}

/** All columns that can be written. */
function written({ columns }: KeyedTable): string {
  return columns
    .filter(({ isGenerated }) => !isGenerated)
    .map(({ name }) => quoteIdentifier(name))
    .join(", ");
}

/** Those, and the key's: MySQL computes the generated ones itself when the rows go back. */
function held({ columns, key }: KeyedTable): string {
  const names = new Set(key.columns.map(({ name }) => name));
  return columns
    .filter(({ name, isGenerated }) => !isGenerated || names.has(name))
    .map(({ name }) => quoteIdentifier(name))
    .join(", ");
}
