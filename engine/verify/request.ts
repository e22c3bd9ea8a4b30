import type { ConnectionOptions } from "../mysql/index.js";
import { FerryError } from "../operation/index.js";
import { type TableShape, tableId } from "../tables/index.js";
import type { CompareLimits } from "./compare-table.js";
import type { PaceLimits } from "./pace.js";

export interface VerificationLimits extends CompareLimits, PaceLimits {
  /** Chunks that are compared at the same time. One reads the two servers in turn; two keep both of them busy. */
  readonly concurrency: number;
}

export const DEFAULT_LIMITS: VerificationLimits = {
  chunkSeconds: 0.1,
  concurrency: 1,
  listedRows: 100,
  maximumLagSeconds: 5,
  maximumRunningThreads: 50,
  lagTimeoutSeconds: 300,
};

export interface VerificationRequest {
  /** The server that is replicated from. */
  readonly source: ConnectionOptions;
  readonly target: ConnectionOptions;
  /** Schemas (`shop`) and tables (`shop.orders`); all when left out. */
  readonly tables?: readonly string[];
  /** Names of objects, as the report has them, that may differ; e.g. `account 'local'@'%'`. */
  readonly ignoredObjects?: readonly string[];
  readonly limits?: Partial<VerificationLimits>;
  /** A file that remembers how far a comparison has come, so that the next one goes on there. */
  readonly checkpointFile?: string;
}

/** Those of the tables that are asked for; a name that matches none is an error. */
export function chooseTables(tables: readonly TableShape[], wanted: readonly string[] | undefined): TableShape[] {
  if (wanted === undefined || wanted.length === 0) return [...tables];
  const unknown = wanted.filter((name) => !tables.some((table) => name === table.schema || name === tableId(table)));
  if (unknown.length > 0) {
    throw new FerryError({
      failed: "choosing the tables to compare",
      where: "source",
      seen: `no schema or table ${unknown.map((name) => JSON.stringify(name)).join(", ")}`,
      wanted: "names of schemas (shop) or tables (shop.orders) of the source",
      next: "correct the names",
    });
  }
  return tables.filter((table) => wanted.includes(table.schema) || wanted.includes(tableId(table)));
}
