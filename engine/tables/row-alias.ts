import { quoteIdentifier, type TableName } from "../mysql/index.js";

/** How the tool's statements name the row of a user's table. */
const ROW = "gtid_ferry_row";

/** Writes a column's name in a statement. */
export type ColumnStyle = (name: string) => string;

/**
 * A column with its row's name. Statements that have names of their own (aliases, GROUP BY, ORDER BY, subqueries) write
 * every column of a user's table so: MySQL lets an alias win over a column of the same name in ORDER BY, and a column
 * over an alias in GROUP BY, and a user's column may have any name.
 */
export const inRow: ColumnStyle = (name) => `${ROW}.${quoteIdentifier(name)}`;

/** A column by its name alone, for statements without any alias: INSERT, DELETE, and those that people read. */
export const plain: ColumnStyle = quoteIdentifier;

export function quoteTable({ schema, table }: TableName): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(table)}`;
}

/** The FROM item that `inRow` refers to; `index` is the only one that may be used. */
export function fromRows(table: TableName, index?: string): string {
  const force = index === undefined ? "" : ` FORCE INDEX (${quoteIdentifier(index)})`;
  return `${quoteTable(table)} AS ${ROW}${force}`;
}
