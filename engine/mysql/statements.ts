import { isAtLeast, type ServerVersion } from "./version.js";

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
}

export function statementsFor(version: ServerVersion): VersionedStatements {
  const renamed = isAtLeast(version, "8.2.0");
  return {
    showBinaryLogStatus: renamed ? "SHOW BINARY LOG STATUS" : "SHOW MASTER STATUS",
    resetBinaryLogsAndGtids: renamed ? "RESET BINARY LOGS AND GTIDS" : "RESET MASTER",
    hasGtidOnly: isAtLeast(version, "8.0.27"),
    hasRowVersions: isAtLeast(version, "8.0.29"),
    hasTaggedGtids: isAtLeast(version, "8.3.0"),
  };
}
