import { type NameParts, showName, type TableName } from "../mysql/index.js";
import { FerryError } from "../operation/index.js";
import type { PaceLimits } from "./pace.js";
import type { CompareLimits } from "./rows/compare-table.js";
import type { NamedServer } from "./sessions.js";

export interface VerificationLimits extends CompareLimits, PaceLimits {
  /** Chunks that are compared at the same time. */
  readonly concurrency: number;
  /**
   * Whether both servers read a chunk at the same time. Left out: where they are different machines. On one machine that
   * takes twice as much from the application at once.
   */
  readonly simultaneous?: boolean | undefined;
}

export const DEFAULT_LIMITS: VerificationLimits = {
  chunkSeconds: 0.1,
  concurrency: 1,
  listedRows: 100,
  countedRows: 10_000,
  maximumLagSeconds: 5,
  maximumRunningThreads: 50,
  lagTimeoutSeconds: 300,
};

export interface VerificationRequest {
  readonly primary: NamedServer;
  /** The server that replicates from it. */
  readonly replica: NamedServer;
  /** Schemas (`["shop"]`) and tables (`["shop", "orders"]`) whose rows are compared; all when left out. */
  readonly tables?: readonly NameParts[];
  /** Names of objects, as the report has them, that may differ; e.g. `account 'local'@'%'`. */
  readonly ignoredObjects?: readonly string[];
  readonly limits?: Partial<VerificationLimits>;
  /** A file that remembers how far a comparison has come, so that the next one resumes there. */
  readonly checkpointFile?: string;
}

/** Whether a table is asked for, by its own name or its schema's. */
export function isChosen({ schema, table }: TableName, wanted: readonly NameParts[] | undefined): boolean {
  if (wanted === undefined) return true;
  return wanted.some(([inSchema, name, ...more]) => {
    return more.length === 0 && inSchema === schema && (name === undefined || name === table);
  });
}

/** An error for names that match no table of either server. */
export function assertKnown(wanted: readonly NameParts[] | undefined, present: readonly TableName[]): void {
  const unknown = (wanted ?? []).filter((name) => !present.some((table) => isChosen(table, [name])));
  if (unknown.length === 0) return;
  throw new FerryError({
    failed: "choosing the tables to compare",
    where: "both servers",
    seen: `no schema or table ${unknown.map(showName).join(", ")}`,
    wanted:
      "names of schemas (shop) or tables (shop.orders); a name that has a point in it needs backticks (`shop.x`.orders)",
    next: "correct the names",
  });
}
