import { settingLines } from "../mysql/index.js";

export interface TargetPlace {
  readonly dataDirectory: string;
  readonly runDirectory: string;
  readonly port: number;
  readonly serverId: number;
  /** From the manifest: the data can only be read with the source's values. */
  readonly lowerCaseTableNames: number;
  readonly innodbPageSizeBytes: number;
  readonly innodbDataFilePath: string | undefined;
  readonly bufferPoolMebibytes: number;
  /** From the manifest: those by which applications find the source's behaviour again. */
  readonly settings: Readonly<Record<string, string>>;
}

/** Base name of the target's binary logs; the restore renames the shipped one to it. */
export const TARGET_LOG_BIN = "binlog";

/**
 * What every target runs with, in a pod or here: it comes up read-only, with no channel started and no event running,
 * so that nothing but replication can write to it before the cutover.
 */
export function replicaSettings(serverId: number): Readonly<Record<string, string | number>> {
  return {
    server_id: serverId,
    log_bin: TARGET_LOG_BIN,
    log_replica_updates: "ON",
    gtid_mode: "ON",
    enforce_gtid_consistency: "ON",
    skip_replica_start: "ON",
    read_only: "ON",
    super_read_only: "ON",
    event_scheduler: "OFF",
    relay_log_recovery: "ON",
    // Restored from a backup of before a rollback it would skip, without a word, what it committed as the primary.
    replicate_same_server_id: "ON",
    replica_preserve_commit_order: "ON",
    sync_binlog: 1,
    innodb_flush_log_at_trx_commit: 1,
  };
}

/** The text of my.cnf for a target on this machine, reachable by loopback only. */
export function targetConfiguration(place: TargetPlace, isRoot: boolean): string {
  const settings = {
    ...replicaSettings(place.serverId),
    datadir: place.dataDirectory,
    socket: `${place.runDirectory}/mysqld.sock`,
    pid_file: `${place.runDirectory}/mysqld.pid`,
    log_error: `${place.runDirectory}/error.log`,
    bind_address: "127.0.0.1",
    port: place.port,
    lower_case_table_names: place.lowerCaseTableNames,
    innodb_page_size: place.innodbPageSizeBytes,
    ...(place.innodbDataFilePath === undefined ? {} : { innodb_data_file_path: `"${place.innodbDataFilePath}"` }),
    innodb_buffer_pool_size: `${place.bufferPoolMebibytes}M`,
    secure_file_priv: "NULL",
    loose_mysqlx: "OFF",
    ...(isRoot ? { user: "root" } : {}),
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  // What comes later wins.
  return `[mysqld]\n${[...settingLines(place.settings), ...lines].join("\n")}\n`;
}
