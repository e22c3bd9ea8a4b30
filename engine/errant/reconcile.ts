import { showTable, type TableName } from "../mysql/index.js";
import { FerryError, type Progress } from "../operation/index.js";

/** Compares tables of the replica with the source's, both live; the verification of data can. */
export interface TableComparison {
  /** Whether the rows of all these tables are the same on both. */
  isEqual(tables: readonly TableName[]): Promise<boolean>;
  /** What `repair` would do now, a line each. */
  planRepair(tables: readonly TableName[]): Promise<readonly string[]>;
  /** Gives the replica the source's rows where they differ. */
  repair(tables: readonly TableName[], progress: Progress): Promise<void>;
}

/** Rows may be written while they are repaired. */
const ROUNDS = 3;

/**
 * Brings the rows of tables to the source's state and proves that they are the same. Done already, it changes nothing,
 * so it may be run again.
 */
export async function reconcileTables(
  comparison: TableComparison,
  tables: readonly TableName[],
  progress: Progress,
): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    if (await comparison.isEqual(tables)) return;
    await comparison.repair(tables, progress);
  }
  if (await comparison.isEqual(tables)) return;
  throw new FerryError({
    failed: "bringing the replica's rows to the source's state",
    where: tables.map(showTable).join(", "),
    seen: `rows that still differ after ${ROUNDS} repairs`,
    wanted: "the same rows on both servers",
    next: "see what differs with `ferry verify`; what cannot be repaired there needs a rebuild",
  });
}
