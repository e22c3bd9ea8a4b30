import type { OptionRule } from "../mysys/getopt.js";
import type { Release } from "./release.js";

/** An option of the tool, and the series that have it. */
interface ToolOption extends OptionRule {
  /** Series without it. */
  readonly notIn?: readonly Release["series"][];
  /** Only where the build has the version check (cmake -DWITH_VERSION_CHECK, on in Percona's packages). */
  readonly onlyWithVersionCheck?: boolean;
}

const flag = (...names: readonly string[]) => names.map((name): ToolOption => ({ name, argument: "boolean" }));
const required = (...names: readonly string[]) => names.map((name): ToolOption => ({ name, argument: "required" }));
const optional = (...names: readonly string[]) => names.map((name): ToolOption => ({ name, argument: "optional" }));

/**
 * What `xtrabackup` itself takes: xb_client_options in percona-xtrabackup storage/innobase/xtrabackup/src/xtrabackup.cc
 * (20ef4150 for 8.x; 08362259 of satya-bodapati/percona-xtrabackup for trunk).
 */
const CLIENT_OPTIONS: readonly ToolOption[] = [
  { name: "help", argument: "none" },
  { name: "version", argument: "none" },
  ...flag("backup", "prepare", "export", "apply-log-only", "print-param", "create-ib-logfile", "close_files"),
  ...flag("copy-back", "move-back", "galera-info", "slave-info", "page-tracking", "no-lock", "lock-ddl-per-table"),
  ...flag("dump-innodb-buffer-pool", "safe-slave-backup", "rsync", "force-non-empty-directories"),
  ...flag("no-server-version-check", "tables-compatibility-check", "no-backup-locks", "rollback-prepared-trx"),
  ...flag("decompress", "remove-original", "incremental-force-scan", "check-privileges", "estimate-memory"),
  ...flag("generate-new-master-key", "generate-transition-key", "get-server-public-key", "strict"),
  { name: "core-file", argument: "none" },
  // GET_BOOL up to 8.0; a text with REDUCED in later series.
  { name: "lock-ddl", argument: "boolean", notIn: ["8.4", "9.7"] },
  {
    name: "lock-ddl",
    argument: "optional",
    values: ["on", "off", "reduced", "1", "0", "true", "false"],
    notIn: ["8.0"],
  },
  // Release notes of 9.7.1-rc1.
  { name: "check-tables", argument: "boolean", notIn: ["8.0", "8.4"] },
  // The check itself is gone from 8.4.0-4 on (PXB-3461); the option stays and is warned about.
  { name: "no-version-check", argument: "boolean", onlyWithVersionCheck: true },
  ...required("target-dir", "extra-lsndir", "incremental-lsn", "incremental-basedir", "incremental-dir"),
  ...required("redo_log_arch_dir", "tables", "tables_file", "databases", "databases_file", "tables-exclude"),
  ...required("databases-exclude", "encrypt-key", "encrypt-key-file", "user", "host", "socket"),
  ...required("incremental-history-name", "incremental-history-uuid", "server-public-key-path"),
  ...required("xtrabackup-plugin-dir", "plugin-load", "fifo-dir", "ssl-ca", "ssl-capath", "ssl-cert", "ssl-cipher"),
  ...required("ssl-key", "ssl-crl", "ssl-crlpath", "tls-version", "tls-ciphersuites", "ssl-session-data"),
  ...required("tls-sni-servername"),
  ...flag("ssl-session-data-continue-on-failed-reuse"),
  { name: "ssl-fips-mode", argument: "required", values: ["off", "on", "strict"] },
  {
    name: "ssl-mode",
    argument: "required",
    values: ["disabled", "preferred", "required", "verify_ca", "verify_identity"],
  },
  ...["encrypt", "decrypt"].map(
    (name): ToolOption => ({ name, argument: "required", values: ["none", "aes128", "aes192", "aes256"] }),
  ),
  ...["ftwrl-wait-query-type", "kill-long-query-type"].map(
    (name): ToolOption => ({ name, argument: "required", values: ["all", "update", "select"] }),
  ),
  ...numbers("use-memory", "use-free-memory-pct", "throttle", "log-copy-interval", "to-archived-lsn"),
  ...numbers("compress-threads", "compress-chunk-size", "compress-zstd-level", "encrypt-threads", "encrypt-chunk-size"),
  ...numbers("rebuild_threads", "lock-ddl-timeout", "backup-lock-timeout", "backup-lock-retry-count"),
  ...numbers("dump-innodb-buffer-pool-timeout", "dump-innodb-buffer-pool-pct", "port", "kill-long-queries-timeout"),
  ...numbers("ftwrl-wait-timeout", "ftwrl-wait-threshold", "debug-sleep-before-unlock", "safe-slave-backup-timeout"),
  ...numbers("parallel", "fifo-streams", "fifo-timeout", "rocksdb-checkpoint-max-age", "rocksdb-checkpoint-max-count"),
  ...optional("log", "history", "password", "transition-key", "keyring-file-data", "read_buffer_size"),
  ...optional("component-keyring-config", "component-keyring-file-config"),
  { name: "stream", argument: "optional", values: ["xbstream"] },
  { name: "compress", argument: "optional", values: ["lz4", "zstd", "quicklz"] },
];

/** What it takes of a server's: xb_server_options in the same file. */
const SERVER_OPTIONS: readonly ToolOption[] = [
  ...required("datadir", "tmpdir", "log-bin-index", "innodb_data_file_path", "innodb_data_home_dir"),
  ...required("innodb_log_group_home_dir", "innodb_buffer_pool_filename", "debug-sync", "innodb_undo_directory"),
  ...required("innodb_directories", "temp_tablespaces_dir", "defaults_group", "rocksdb_datadir", "rocksdb_wal_dir"),
  ...required("innodb_flush_method", "innodb_checksum_algorithm"),
  ...optional("log", "log_bin", "innodb", "innodb_io_capacity", "innodb_flush_log_at_trx_commit"),
  ...flag("innodb_adaptive_hash_index", "innodb_checksums", "innodb_file_per_table", "innodb_use_native_aio"),
  ...flag("innodb_redo_log_encrypt", "innodb_undo_log_encrypt", "register_redo_log_consumer"),
  { name: "innodb_log_checksums", argument: "required" },
  ...numbers("innodb_autoextend_increment", "innodb_buffer_pool_size", "innodb_read_io_threads"),
  ...numbers("innodb_write_io_threads", "innodb_force_recovery", "innodb_log_buffer_size", "innodb_log_file_size"),
  ...numbers("innodb_log_files_in_group", "innodb_max_dirty_pages_pct", "innodb_open_files", "innodb_page_size"),
  ...numbers("innodb_log_block_size", "innodb_undo_tablespaces", "open_files_limit", "server-id"),
];

/** Recognised by validate_options() only (my_extra_options). */
const EXTRA_OPTIONS: readonly OptionRule[] = [
  { name: "no-defaults", argument: "none" },
  { name: "login-path", argument: "required" },
];

/** Of the keyring plugins that it can load, up to 8.0 (add_plugin_options in keyring_plugins.cc). */
const PLUGIN_OPTIONS: readonly OptionRule[] = [
  { name: "keyring_file_data", argument: "optional" },
  { name: "keyring_vault_config", argument: "optional" },
];

export interface OptionTables {
  readonly client: readonly OptionRule[];
  readonly server: readonly OptionRule[];
  /** What validate_options() knows besides these two. */
  readonly extra: readonly OptionRule[];
}

export function optionTables(release: Release): OptionTables {
  const isIn = ({ notIn = [], onlyWithVersionCheck = false }: ToolOption) =>
    !notIn.includes(release.series) && (!onlyWithVersionCheck || release.hasVersionCheck);
  return {
    client: CLIENT_OPTIONS.filter(isIn),
    server: SERVER_OPTIONS.filter(isIn),
    extra: [...EXTRA_OPTIONS, ...(release.series === "8.0" ? PLUGIN_OPTIONS : [])],
  };
}

function numbers(...names: readonly string[]): ToolOption[] {
  return names.map((name) => ({ name, argument: "required", isNumber: true }));
}
