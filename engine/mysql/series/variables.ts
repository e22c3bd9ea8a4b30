import { always, type Names } from "./lifetime.js";

const ABSENT = "read by name: where there is none, that is known";
const LOOSE = "written with the prefix loose_";
const CONDITIONAL = "set in a comment that only newer servers read";
const SETTINGS = ["engine/mysql/variables/target-settings.ts"];
const SESSIONS = ["engine/mysql/session-variables.ts"];

/** System variables that statements, settings and advice name. What preflight compares, it takes from the servers. */
export const VARIABLES: Names = {
  ...always(`auto_increment_increment auto_increment_offset autocommit binlog_expire_logs_seconds binlog_format
    binlog_row_image binlog_row_value_options bind_address block_encryption_mode cte_max_recursion_depth hostname
    warning_count character_set_client character_set_results
    character_set_server collation_connection collation_server completion_type datadir default_password_lifetime
    default_storage_engine default_tmp_storage_engine enforce_gtid_consistency eq_range_index_dive_limit
    event_scheduler explicit_defaults_for_timestamp foreign_key_checks group_concat_max_len gtid_executed gtid_mode
    gtid_next gtid_owned gtid_purged information_schema_stats_expiry init_connect innodb_buffer_pool_size
    innodb_directories innodb_file_per_table innodb_flush_log_at_trx_commit innodb_lock_wait_timeout innodb_page_size interactive_timeout
    lc_messages lc_time_names lock_wait_timeout log_bin log_bin_basename log_error log_error_suppression_list
    log_error_verbosity log_replica_updates lower_case_table_names mandatory_roles max_allowed_packet max_connections
    max_error_count max_execution_time max_join_size max_sort_length max_user_connections net_read_timeout
    net_write_timeout offline_mode optimizer_switch performance_schema pid_file port print_identified_with_as_hex
    range_optimizer_max_mem_size read_only relay_log relay_log_basename relay_log_recovery replica_exec_mode
    replica_preserve_commit_order require_secure_transport secure_file_priv server_id server_uuid
    show_create_table_verbosity skip_name_resolve skip_replica_start socket sql_auto_is_null sql_big_selects
    sql_log_bin sql_mode sql_notes sql_quote_show_create sql_require_primary_key sql_safe_updates sql_select_limit
    super_read_only sync_binlog system_time_zone terminology_use_previous time_zone tmpdir transaction_isolation
    transaction_read_only unique_checks version wait_timeout ssl_ca ssl_cert ssl_key plugin_dir
    binlog_encryption innodb_redo_log_encrypt innodb_undo_log_encrypt replica_parallel_workers innodb_data_file_path skip_networking`),
  // Release notes of the releases named.
  innodb_redo_log_capacity: {
    since: "8.0.30",
    because: "of servers that only tests start",
    usedIn: ["lab/testing.ts"],
  },
  expire_logs_days: {
    removed: "8.2.0",
    because: ABSENT,
    usedIn: ["engine/mysql/binlog-retention.ts", "engine/preparation/ledger.ts", "engine/preparation/source-plan.ts"],
  },
  binlog_expire_logs_auto_purge: {
    since: "8.0.29",
    because: ABSENT,
    usedIn: ["engine/mysql/binlog-retention.ts"],
  },
  connection_memory_limit: { since: "8.0.28", because: CONDITIONAL, usedIn: SESSIONS },
  xa_detach_on_prepare: { since: "8.0.29", because: LOOSE, usedIn: SETTINGS },
  show_gipk_in_create_table_and_information_schema: {
    since: "8.0.30",
    because: `${CONDITIONAL}; ${LOOSE}`,
    usedIn: SESSIONS,
  },
  sql_generate_invisible_primary_key: {
    since: "8.0.30",
    because: `${CONDITIONAL}; ${LOOSE}`,
    usedIn: SESSIONS,
  },
  explain_format: { since: "8.0.32", because: `${CONDITIONAL}; ${LOOSE}`, usedIn: [...SESSIONS, ...SETTINGS] },
  explain_json_format_version: { since: "8.3.0", because: LOOSE, usedIn: SETTINGS },
  restrict_fk_on_non_standard_key: {
    since: "8.4.0",
    because: LOOSE,
    usedIn: SETTINGS,
  },
  activate_mandatory_roles: { since: "9.1.0", because: LOOSE, usedIn: SETTINGS },
  innodb_native_foreign_keys: { since: "9.6.0", because: LOOSE, usedIn: SETTINGS },
  replica_allow_higher_version_source: {
    since: "9.7.0",
    because: ABSENT,
    usedIn: ["engine/switchover/checks.ts", "engine/switchover/look.ts"],
  },
};

/** Of the plugins that bring them, under the old and the new names of the plugins: read where they are. */
export const VARIABLES_OF_PLUGINS: Names = always(`rpl_semi_sync_source_timeout rpl_semi_sync_source_enabled
  rpl_semi_sync_source_status rpl_semi_sync_replica_enabled rpl_semi_sync_replica_status rpl_semi_sync_master_enabled
  rpl_semi_sync_master_status rpl_semi_sync_slave_enabled rpl_semi_sync_slave_status`);
