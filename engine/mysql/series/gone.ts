import type { Names } from "./lifetime.js";

/**
 * What applications may use and a later release does not have: statements, functions and views, as they stand in stored
 * programs. Release notes of the releases named.
 */
export const GONE_FROM_PROGRAMS: Names = {
  "CHANGE MASTER TO": { removed: "8.4.0" },
  "RESET MASTER": { removed: "8.4.0" },
  "SHOW MASTER STATUS": { removed: "8.4.0" },
  "SHOW MASTER LOGS": { removed: "8.4.0" },
  "PURGE MASTER LOGS": { removed: "8.4.0" },
  "START SLAVE": { removed: "8.4.0" },
  "STOP SLAVE": { removed: "8.4.0" },
  "RESET SLAVE": { removed: "8.4.0" },
  "SHOW SLAVE STATUS": { removed: "8.4.0" },
  "SHOW SLAVE HOSTS": { removed: "8.4.0" },
  "FLUSH HOSTS": { removed: "8.4.0" },
  WAIT_UNTIL_SQL_THREAD_AFTER_GTIDS: { removed: "8.4.0" },
};

/** System variables, which may stand in stored programs and among a target's settings. */
export const GONE_VARIABLES: Names = {
  expire_logs_days: { removed: "8.2.0" },
  log_bin_use_v1_row_events: { removed: "8.3.0" },
  master_info_repository: { removed: "8.3.0" },
  relay_log_info_repository: { removed: "8.3.0" },
  relay_log_info_file: { removed: "8.3.0" },
  slave_rows_search_algorithms: { removed: "8.3.0" },
  transaction_write_set_extraction: { removed: "8.3.0" },
  avoid_temporal_upgrade: { removed: "8.4.0" },
  binlog_transaction_dependency_tracking: { removed: "8.4.0" },
  default_authentication_plugin: { removed: "8.4.0" },
  have_openssl: { removed: "8.4.0" },
  have_ssl: { removed: "8.4.0" },
  show_old_temporals: { removed: "8.4.0" },
  mysql_native_password_proxy_users: { removed: "9.0.0" },
  // Not in 9.7.4 any more.
  innodb_log_file_size: { removed: "9.7.0" },
  innodb_log_files_in_group: { removed: "9.7.0" },
  innodb_undo_tablespaces: { removed: "9.7.0" },
  myisam_repair_threads: { removed: "9.7.0" },
  replica_parallel_type: { removed: "9.7.0" },
  slave_parallel_type: { removed: "9.7.0" },
  temptable_use_mmap: { removed: "9.7.0" },
};

/** Plugins; accounts of an authentication plugin that is gone cannot log in, and keys of a keyring cannot be read. */
export const GONE_PLUGINS: Names = {
  keyring_file: { removed: "8.4.0" },
  keyring_encrypted_file: { removed: "8.4.0" },
  keyring_oci: { removed: "8.4.0" },
  authentication_fido: { removed: "8.4.0" },
  daemon_memcached: { removed: "8.3.0" },
};

/** Privileges. */
export const GONE_PRIVILEGES: Names = { SET_USER_ID: { removed: "8.4.0" } };
