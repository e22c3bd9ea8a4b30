import type { RestoreRequest } from "../backup/index.js";
import type { ProcessIdentity } from "../hosts/index.js";
import type { ConnectionOptions } from "../mysql/index.js";

export interface LocalServerRequest {
  /** The server to start, as an administrator reaches it; its accounts are the source's, which came with the data. */
  readonly target: ConnectionOptions;
  /** Asked for its accounts where the target, which has a copy of them, refuses the login. */
  readonly source?: ConnectionOptions;
  readonly serverId: number;
  /** Program to run, e.g. `/usr/sbin/mysqld`. */
  readonly mysqld: string;
  readonly bufferPoolMebibytes: number;
  readonly restore: RestoreRequest;
  readonly startTimeoutSeconds: number;
}

export interface LocalServerResult {
  readonly serverUuid: string;
  readonly version: string;
  /** gtid_executed right after the restore: what the data holds, and a superset of the manifest's set. */
  readonly restoredGtidSet: string;
  readonly restoreSeconds: number;
  readonly dataDirectory: string;
  readonly process: ProcessIdentity;
  readonly running: boolean;
}
