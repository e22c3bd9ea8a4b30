import type { BinlogTransaction } from "../binlog/index.js";

/**
 * What is known of an errant transaction:
 * - `harmless`: it changed no data: empty, FLUSH, or maintenance that keeps data as they are;
 * - `equal`: it changed rows, and the tables have been proven equal on the source since;
 * - `changed`: it changed rows or ran a statement that may have changed something;
 * - `unknown`: no binary log holds it any more.
 */
export type ErrantClass = "harmless" | "equal" | "changed" | "unknown";

export const ERRANT_CLASSES: readonly ErrantClass[] = ["harmless", "equal", "changed", "unknown"];

/** Comments before a statement; an executable one (`/*!`) is part of it. */
const LEADING_COMMENTS = /^(?:\s+|\/\*(?![!+])[\s\S]*?\*\/)*/;

/** Statements that never change data, accounts or definitions. */
const MAINTENANCE = /^(?:FLUSH|(?:ANALYZE|OPTIMIZE)\s+(?:(?:NO_WRITE_TO_BINLOG|LOCAL)\s+)?TABLES?)\b/i;

/**
 * Judges by the binary log alone. A statement that may have had nothing to do, such as CREATE USER IF NOT EXISTS, leaves
 * no trace of whether it did, so it counts as a change.
 */
export function classify(transaction: BinlogTransaction): Extract<ErrantClass, "harmless" | "changed"> {
  const { statements, statementCount, rowCount, isFullyDecoded } = transaction;
  const changesNothing = rowCount === 0 && isFullyDecoded && statementCount === statements.length;
  return changesNothing && statements.every(isMaintenance) ? "harmless" : "changed";
}

function isMaintenance(statement: string): boolean {
  return MAINTENANCE.test(statement.replace(LEADING_COMMENTS, ""));
}
