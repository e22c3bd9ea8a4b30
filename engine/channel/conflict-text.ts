import type { BinlogTransaction, Cell, RowChange } from "../binlog/index.js";
import { showTable } from "../mysql/index.js";
import type { Conflict } from "./conflict.js";

const MOST_CELLS = 12;
const LONGEST_VALUE = 120;
const LONGEST_STATEMENT = 300;

/** What was seen of a conflict, a line each: the transaction, its change, the row on both servers. */
export function describeConflict({ failure, transaction, row, unread }: Conflict): string[] {
  return [
    ...(transaction === undefined ? describeMissing(failure.gtid) : describeTransaction(transaction)),
    ...(row === undefined
      ? []
      : [
          `the change that failed: ${describeChange(row.change)}`,
          `on the source, where ${row.condition}: ${row.onSource === undefined ? "no row" : describeCells(row.onSource)}`,
          `on the replica, where ${row.condition}: ${row.onReplica === undefined ? "no row" : describeCells(row.onReplica)}`,
        ]),
    ...unread,
  ];
}

function describeMissing(gtid: string | undefined): string[] {
  return gtid === undefined ? [] : [`transaction ${gtid}, which was not read from the source's binary logs`];
}

function describeTransaction({ gtid, file, position, committedAt, statements, tables }: BinlogTransaction): string[] {
  const when = committedAt === undefined ? "" : `, committed ${committedAt}`;
  const changes = tables.map(({ schema, table, inserted, updated, deleted }) => {
    const counts = { inserted, updated, deleted };
    const parts = Object.entries(counts).filter(([, count]) => count > 0);
    return `${parts.map(([verb, count]) => `${count} ${verb}`).join(", ")} in ${showTable({ schema, table })}`;
  });
  const texts = statements.map((text) => cut(withoutPasswords(text), LONGEST_STATEMENT));
  return [`transaction ${gtid} (${file}:${position}${when}): ${[...texts, ...changes].join("; ")}`];
}

function describeChange({ kind, schema, table, before, after }: RowChange): string {
  const old = before === undefined ? "" : ` ${describeCells(before)}`;
  const now = after === undefined ? "" : `${before === undefined ? "" : " ->"} ${describeCells(after)}`;
  return `${kind} in ${showTable({ schema, table })}:${old}${now}`;
}

function describeCells(cells: readonly Cell[]): string {
  const shown = cells.slice(0, MOST_CELLS).map(({ column, value }) => `${column} = ${describeValue(value)}`);
  const more = cells.length - shown.length;
  return `${shown.join(", ")}${more > 0 ? `, and ${more} more columns` : ""}`;
}

function describeValue(value: string | null): string {
  if (value === null) return "NULL";
  return /^(-?[\d.]+|0x[0-9a-f]+)$/.test(value) ? cut(value, LONGEST_VALUE) : JSON.stringify(cut(value, LONGEST_VALUE));
}

/** An account statement holds a password's hash; the text may have been cut within it. */
function withoutPasswords(text: string): string {
  return text.replace(/(IDENTIFIED\b.*?\b(?:AS|BY)\s+)'.*/s, "$1'********'");
}

function cut(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest)}...` : text;
}
