import { quoteIdentifier } from "@gtid-ferry/engine/mysql";
import { quoteTable } from "@gtid-ferry/engine/tables";
import type { RowPlan, TablePlan } from "../model.js";

/** `ignoring`: rows that do not fit in are left out, with a warning. */
export function insertRows(table: TablePlan, rows: readonly RowPlan[], ignoring: boolean): string {
  const written = table.columns.filter(({ generated }) => generated === undefined).map(({ name }) => name);
  // A generated key would be counted by each server by itself.
  const columns = table.hasGeneratedKey ? [...written, "my_row_id"] : written;
  const values = rows.map(({ tag, values: own }) => {
    const all = written.map((name) => own.get(name) ?? "DEFAULT");
    return `(${[...all, ...(table.hasGeneratedKey ? [String(tag)] : [])].join(", ")})`;
  });
  const head = `INSERT ${ignoring ? "IGNORE " : ""}INTO ${quoteTable(table)}`;
  return `${head} (${columns.map((name) => quoteIdentifier(name)).join(", ")}) VALUES ${values.join(",\n")}`;
}

/** Which rows are meant: one of several copies where `isOne`. */
export function where(table: TablePlan, tag: number, isOne = false): string {
  return `WHERE ${quoteIdentifier(table.tag)} = ${tag}${isOne ? " LIMIT 1" : ""}`;
}

export function update(
  table: TablePlan,
  values: ReadonlyMap<string, string>,
  tag: number,
  { ignoring = false, isOne = false } = {},
): string {
  const set = [...values].map(([name, value]) => `${quoteIdentifier(name)} = ${value}`).join(", ");
  return `UPDATE ${ignoring ? "IGNORE " : ""}${quoteTable(table)} SET ${set} ${where(table, tag, isOne)}`;
}

export function remove(table: TablePlan, tag: number, isOne = false): string {
  return `DELETE FROM ${quoteTable(table)} ${where(table, tag, isOne)}`;
}
