import type { Account, ConnectionOptions } from "../mysql/index.js";
import type { TargetSoftware } from "./target-software.js";

export interface SourcePreparationRequest {
  /** The source, as an administrator reaches it. */
  readonly source: ConnectionOptions;
  /** Refuses any other server when given. */
  readonly expectedSourceUuid?: string;
  /** The account that the target replicates with; `host` as in `user`@`host`, e.g. `10.10.%`. */
  readonly replicationAccount: Account;
  /** Whether the account may only log in over TLS. */
  readonly replicationRequiresTls: boolean;
  /** Least `binlog_expire_logs_seconds`: longer than twice backup, restore and catch-up together. */
  readonly binlogRetentionSeconds: number;
  /** `online` changes gtid_mode step by step while writes go on; `never` refuses a source that is not ON already. */
  readonly gtidEnabling: "online" | "never";
  /** How long enforce_gtid_consistency=WARN is watched for violations before it becomes ON. */
  readonly consistencyWatchSeconds: number;
  /** How long each wait of the GTID steps may take. */
  readonly stepTimeoutSeconds: number;
  readonly backupMethod: "xtrabackup" | "clone";
  /** The keyring component that the restored server is given; a source with encrypted data is refused without it. */
  readonly targetKeyring?: string | undefined;
  /** What will run the target, as far as that is known. */
  readonly targetSoftware?: TargetSoftware;
}

export interface SourcePreparationResult {
  readonly sourceUuid: string;
  readonly sourceVersion: string;
  readonly replicationPassword: string;
  readonly state: PreparedState;
}

/** What `refresh` compares: the part of the source that preparation is responsible for. */
export interface PreparedState {
  readonly gtidMode: string;
  readonly gtidConsistency: string;
  /** For how long binary logs are kept; 0 = for ever. */
  readonly binlogExpireLogsSeconds: number;
  /** Whether the account is there and has REPLICATION SLAVE. */
  readonly replicationAccountGranted: boolean;
}
