import { hasName } from "./series/index.js";
import type { ServerVersion } from "./version.js";

/** Oldest server the engine works with: the first with all `replica_*` names. */
export const OLDEST_SUPPORTED_VERSION = "8.0.26";

/** The statements whose spelling depends on the server's version; all others are the same from 8.0.26 on. */
export interface VersionedStatements {
  readonly showBinaryLogStatus: string;
  readonly resetBinaryLogsAndGtids: string;
  /** Whether `GTID_ONLY` and `REQUIRE_ROW_FORMAT` can be combined in CHANGE REPLICATION SOURCE TO. */
  readonly hasGtidOnly: boolean;
  /** Whether information_schema.INNODB_TABLES has TOTAL_ROW_VERSIONS. */
  readonly hasRowVersions: boolean;
  /** Whether GTIDs may carry a tag. */
  readonly hasTaggedGtids: boolean;
  /** The privilege to name other accounts as definers. */
  readonly namesDefiners: "SET_ANY_DEFINER" | "SET_USER_ID";
}

export function statementsFor(version: ServerVersion): VersionedStatements {
  const has = (name: "SHOW BINARY LOG STATUS" | "RESET BINARY LOGS AND GTIDS") => hasName("statement", name, version);
  return {
    showBinaryLogStatus: has("SHOW BINARY LOG STATUS") ? "SHOW BINARY LOG STATUS" : "SHOW MASTER STATUS",
    resetBinaryLogsAndGtids: has("RESET BINARY LOGS AND GTIDS") ? "RESET BINARY LOGS AND GTIDS" : "RESET MASTER",
    hasGtidOnly: hasName("channel option", "GTID_ONLY", version),
    hasRowVersions: hasName("column", "TOTAL_ROW_VERSIONS", version),
    hasTaggedGtids: hasName("privilege", "TRANSACTION_GTID_TAG", version),
    namesDefiners: hasName("privilege", "SET_ANY_DEFINER", version) ? "SET_ANY_DEFINER" : "SET_USER_ID",
  };
}
