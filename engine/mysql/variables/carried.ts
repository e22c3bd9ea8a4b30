import type { VariableGroup } from "./policy.js";

/**
 * Handed to the target's settings. Every one can be set in my.cnf, and none can keep a server of the same or the next
 * series from starting: options that a release does not know are written with the prefix `loose_`.
 */
export const CARRIED: readonly VariableGroup[] = [
  {
    why: "statements would be accepted, refused or read otherwise",
    names: `sql_mode sql_require_primary_key sql_generate_invisible_primary_key
      show_gipk_in_create_table_and_information_schema explicit_defaults_for_timestamp innodb_strict_mode
      restrict_fk_on_non_standard_key log_bin_trust_function_creators updatable_views_with_limit local_infile
      max_points_in_geometry max_sp_recursion_depth cte_max_recursion_depth regexp_stack_limit regexp_time_limit
      default_storage_engine default_tmp_storage_engine disabled_storage_engines innodb_default_row_format
      innodb_file_per_table keep_files_on_create enable_cascade_triggers innodb_native_foreign_keys`,
  },
  {
    why: "new schemas and tables would get another character set, and compare and sort otherwise",
    names: "character_set_server collation_server character_set_filesystem",
  },
  {
    why: "functions and expressions would give other results",
    names: `block_encryption_mode default_week_format div_precision_increment group_concat_max_len lc_time_names
      max_sort_length windowing_use_high_precision time_zone`,
  },
  {
    why: "full-text searches would find something else, in indexes that were built with the source's value",
    names: `ngram_token_size innodb_ft_min_token_size innodb_ft_max_token_size innodb_ft_enable_stopword ft_min_word_len
      ft_max_word_len ft_query_expansion_limit`,
  },
  {
    why: "rows would get other AUTO_INCREMENT values",
    names: "auto_increment_increment auto_increment_offset innodb_autoinc_lock_mode",
  },
  {
    why: "transactions would see, lock or wait otherwise",
    names: `transaction_isolation autocommit completion_type innodb_rollback_on_timeout
      innodb_lock_wait_timeout innodb_deadlock_detect innodb_table_locks lock_wait_timeout xa_detach_on_prepare`,
  },
  {
    why: "accounts would have other rights",
    names: `mandatory_roles activate_mandatory_roles activate_all_roles_on_login automatic_sp_privileges partial_revokes
      check_proxy_users skip_show_database table_encryption_privilege_check caching_sha2_password_proxy_users
      sha256_password_proxy_users mysql_native_password_proxy_users`,
  },
  {
    why: "other accounts could log in, or another account would be taken for a login",
    names: `skip_name_resolve require_secure_transport default_authentication_plugin default_password_lifetime
      disconnect_on_expired_password max_connect_errors`,
  },
  {
    why: "passwords would be held to other rules",
    names: `password_history password_require_current password_reuse_interval generated_random_password_length
      caching_sha2_password_digest_rounds`,
  },
  {
    why: "applications would meet a limit that they do not know",
    names: `max_allowed_packet max_connections max_user_connections max_prepared_stmt_count max_execution_time
      max_heap_table_size max_error_count max_join_size wait_timeout interactive_timeout net_read_timeout
      net_write_timeout`,
  },
  {
    why: "clients would be told something else by the server",
    names: `lc_messages session_track_gtids session_track_schema session_track_state_change
      session_track_system_variables session_track_transaction_info protocol_compression_algorithms
      terminology_use_previous end_markers_in_json explain_format explain_json_format_version`,
  },
  {
    why: "tools that read the binary log, as change data capture does, would find something else there",
    names: `binlog_row_metadata binlog_rows_query_log_events binlog_row_value_options binlog_checksum
      binlog_transaction_compression`,
  },
];

/** What my.cnf calls a variable that has another name there. */
export const OPTION_NAMES: Readonly<Record<string, string>> = { time_zone: "default_time_zone" };
