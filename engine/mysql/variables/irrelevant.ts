import type { VariableGroup } from "./policy.js";

/** Each server has its own. */
export const IRRELEVANT: readonly VariableGroup[] = [
  {
    why: "it says who and where the server is, or what it is made of",
    names: `server_id server_id_bits server_uuid hostname port socket pid_file bind_address admin_address admin_port
      basedir datadir tmpdir plugin_dir lc_messages_dir character_sets_dir report_host report_port report_user
      report_password create_admin_listener_thread skip_networking skip_external_locking version version_comment
      version_compile_machine version_compile_os version_compile_zlib version_with_update build_id innodb_version license
      protocol_version large_files_support large_page_size large_pages locked_in_memory core_file lower_case_file_system
      have_compress have_dynamic_loading have_geometry have_profiling have_query_cache have_rtree_keys
      have_statement_timeout have_symlink have_openssl have_ssl`,
  },
  {
    why: "the restore makes the files of the data directory, or keeps them as the backup has them",
    names: `innodb_data_file_path innodb_data_home_dir innodb_directories innodb_undo_directory innodb_undo_tablespaces
      innodb_log_group_home_dir innodb_temp_data_file_path innodb_temp_tablespaces_dir innodb_doublewrite_dir
      innodb_buffer_pool_filename innodb_checksum_algorithm innodb_validate_tablespace_paths innodb_tmpdir
      innodb_redo_log_archive_dirs log_bin_basename log_bin_index relay_log relay_log_basename relay_log_index
      relay_log_info_file replica_load_tmpdir slave_load_tmpdir general_log_file slow_query_log_file log_error
      innodb_autoextend_increment innodb_max_undo_log_size innodb_undo_log_truncate innodb_rollback_segments
      innodb_extend_and_initialize innodb_segment_reserve_factor innodb_fill_factor`,
  },
  {
    why: "the migration sets it by the server's role",
    names: `read_only super_read_only event_scheduler skip_replica_start skip_slave_start gtid_mode
      enforce_gtid_consistency log_bin log_replica_updates log_slave_updates relay_log_recovery gtid_next gtid_purged
      gtid_executed gtid_owned offline_mode`,
  },
  {
    why: "preflight has a check of its own for it",
    names: `binlog_format binlog_row_image binlog_expire_logs_seconds binlog_expire_logs_auto_purge expire_logs_days
      sync_binlog innodb_flush_log_at_trx_commit performance_schema binlog_encryption innodb_redo_log_encrypt
      innodb_undo_log_encrypt log_error_verbosity log_error_suppression_list secure_file_priv`,
  },
  {
    why: "it is about how this server replicates, not about what applications get",
    names: `replica_allow_batching replica_allow_higher_version_source replica_checkpoint_group replica_checkpoint_period
      replica_compressed_protocol replica_max_allowed_packet replica_net_timeout replica_parallel_type
      replica_parallel_workers replica_pending_jobs_size_max replica_preserve_commit_order replica_skip_errors
      replica_sql_verify_checksum replica_transaction_retries replica_type_conversions slave_allow_batching
      slave_checkpoint_group slave_checkpoint_period slave_compressed_protocol slave_exec_mode slave_max_allowed_packet
      slave_net_timeout slave_parallel_type slave_parallel_workers slave_pending_jobs_size_max
      slave_preserve_commit_order slave_rows_search_algorithms slave_skip_errors slave_sql_verify_checksum
      slave_transaction_retries slave_type_conversions rbr_exec_mode init_replica init_slave master_info_repository
      relay_log_info_repository master_verify_checksum source_verify_checksum max_relay_log_size relay_log_purge
      relay_log_space_limit replication_optimize_for_static_plugin_config replication_sender_observe_commit_only
      rpl_read_size rpl_stop_replica_timeout rpl_stop_slave_timeout sql_replica_skip_counter sql_slave_skip_counter
      sync_master_info sync_source_info sync_relay_log sync_relay_log_info binlog_gtid_simple_recovery
      binlog_transaction_dependency_history_size binlog_transaction_dependency_tracking transaction_write_set_extraction
      binlog_group_commit_sync_delay binlog_group_commit_sync_no_delay_count binlog_max_flush_queue_time
      binlog_order_commits binlog_error_action binlog_direct_non_transactional_updates binlog_row_event_max_size
      binlog_transaction_compression_level_zstd binlog_rotate_encryption_master_key_at_startup max_binlog_size
      log_bin_use_v1_row_events log_statements_unsafe_for_binlog innodb_replication_delay
      gtid_executed_compression_period group_replication_consistency`,
  },
  {
    why: "memory, threads, files and timeouts are the machine's",
    names: `back_log big_tables binlog_cache_size binlog_stmt_cache_size bulk_insert_buffer_size connect_timeout
      connection_memory_chunk_size connection_memory_limit connection_memory_status_limit container_aware
      delayed_insert_limit delayed_insert_timeout delayed_queue_size flush flush_time global_connection_memory_limit
      global_connection_memory_status_limit global_connection_memory_tracking histogram_generation_max_mem_size
      host_cache_size information_schema_stats_expiry internal_tmp_mem_storage_engine join_buffer_size
      max_binlog_cache_size max_binlog_stmt_cache_size max_delayed_threads max_digest_length max_insert_delayed_threads
      max_length_for_sort_data max_seeks_for_key max_write_lock_count min_examined_row_limit net_buffer_length
      net_retry_count open_files_limit parser_max_mem_size preload_buffer_size query_alloc_block_size
      query_prealloc_size range_alloc_block_size range_optimizer_max_mem_size read_buffer_size read_rnd_buffer_size
      schema_definition_cache select_into_buffer_size select_into_disk_sync select_into_disk_sync_delay server_memory
      set_operations_buffer_size sort_buffer_size stored_program_cache stored_program_definition_cache
      table_definition_cache table_open_cache table_open_cache_instances table_open_cache_triggers
      tablespace_definition_cache temptable_max_mmap temptable_max_ram temptable_use_mmap thread_cache_size
      thread_handling thread_stack tmp_table_size transaction_alloc_block_size transaction_prealloc_size
      sql_buffer_result slow_launch_time`,
  },
  {
    why: "it is about how InnoDB uses memory, threads and disks, not about what applications get",
    names: `innodb_adaptive_flushing innodb_adaptive_flushing_lwm innodb_adaptive_hash_index
      innodb_adaptive_hash_index_parts innodb_adaptive_max_sleep_delay innodb_api_bk_commit_interval
      innodb_api_disable_rowlock innodb_api_enable_binlog innodb_api_enable_mdl innodb_api_trx_level
      innodb_buffer_pool_chunk_size innodb_buffer_pool_dump_at_shutdown innodb_buffer_pool_dump_now
      innodb_buffer_pool_dump_pct innodb_buffer_pool_in_core_file innodb_buffer_pool_instances
      innodb_buffer_pool_load_abort innodb_buffer_pool_load_at_startup innodb_buffer_pool_load_now
      innodb_buffer_pool_size innodb_change_buffer_max_size innodb_change_buffering innodb_cmp_per_index_enabled
      innodb_commit_concurrency innodb_compression_failure_threshold_pct innodb_compression_level
      innodb_compression_pad_pct_max innodb_concurrency_tickets innodb_ddl_buffer_size innodb_ddl_threads
      innodb_dedicated_server innodb_disable_sort_file_cache innodb_doublewrite innodb_doublewrite_batch_size
      innodb_doublewrite_files innodb_doublewrite_pages innodb_fast_shutdown innodb_flush_log_at_timeout
      innodb_flush_method innodb_flush_neighbors innodb_flush_sync innodb_flushing_avg_loops innodb_force_load_corrupted
      innodb_force_recovery innodb_fsync_threshold innodb_ft_aux_table innodb_ft_cache_size innodb_ft_enable_diag_print
      innodb_ft_num_word_optimize innodb_ft_result_cache_limit innodb_ft_sort_pll_degree innodb_ft_total_cache_size
      innodb_idle_flush_pct innodb_io_capacity innodb_io_capacity_max innodb_log_buffer_size innodb_log_checksums
      innodb_log_compressed_pages innodb_log_file_size innodb_log_files_in_group innodb_log_spin_cpu_abs_lwm
      innodb_log_spin_cpu_pct_hwm innodb_log_wait_for_flush_spin_hwm innodb_log_write_ahead_size
      innodb_log_writer_threads innodb_lru_scan_depth innodb_max_dirty_pages_pct innodb_max_dirty_pages_pct_lwm
      innodb_max_purge_lag innodb_max_purge_lag_delay innodb_numa_interleave innodb_old_blocks_pct
      innodb_old_blocks_time innodb_online_alter_log_max_size innodb_open_files innodb_optimize_fulltext_only
      innodb_page_cleaners innodb_parallel_read_threads innodb_purge_batch_size innodb_purge_rseg_truncate_frequency
      innodb_purge_threads innodb_random_read_ahead innodb_read_ahead_threshold innodb_read_io_threads innodb_read_only
      innodb_redo_log_capacity innodb_sort_buffer_size innodb_spin_wait_delay innodb_spin_wait_pause_multiplier
      innodb_sync_array_size innodb_sync_spin_loops innodb_thread_concurrency innodb_thread_sleep_delay
      innodb_use_fdatasync innodb_use_native_aio innodb_write_io_threads`,
  },
  {
    why: "statistics and costs decide about plans, not about results",
    names: `innodb_stats_auto_recalc innodb_stats_include_delete_marked innodb_stats_method innodb_stats_on_metadata
      innodb_stats_persistent innodb_stats_persistent_sample_pages innodb_stats_transient_sample_pages
      eq_range_index_dive_limit optimizer_max_subgraph_pairs optimizer_prune_level optimizer_search_depth
      secondary_engine_cost_threshold enable_secondary_engine_statistics external_table_secondary_storage_engine
      external_table_storage_engine`,
  },
  {
    why: "tables of MyISAM and other engines are a finding of their own",
    names: `concurrent_insert delay_key_write key_buffer_size key_cache_age_threshold key_cache_block_size
      key_cache_division_limit low_priority_updates myisam_data_pointer_size myisam_max_sort_file_size myisam_mmap_size
      myisam_recover_options myisam_repair_threads myisam_sort_buffer_size myisam_stats_method myisam_use_mmap`,
  },
  {
    why: "it is about what an operator sees: logs, traces, statistics, notes",
    names: `general_log slow_query_log log_output log_queries_not_using_indexes log_raw log_slow_admin_statements
      log_slow_extra log_slow_replica_statements log_slow_slave_statements log_throttle_queries_not_using_indexes
      log_timestamps log_error_services long_query_time innodb_monitor_disable innodb_monitor_enable
      innodb_monitor_reset innodb_monitor_reset_all innodb_print_all_deadlocks innodb_print_ddl_logs
      innodb_status_output innodb_status_output_locks optimizer_trace optimizer_trace_features optimizer_trace_limit
      optimizer_trace_max_mem_size optimizer_trace_offset profiling profiling_history_size sql_log_off sql_notes
      sql_warnings sql_quote_show_create show_create_table_verbosity print_identified_with_as_hex old_alter_table
      show_old_temporals avoid_temporal_upgrade old new`,
  },
  {
    why: "it is the size or the switch of an instrument",
    names: `performance_schema_accounts_size performance_schema_digests_size performance_schema_error_size
      performance_schema_events_stages_history_long_size performance_schema_events_stages_history_size
      performance_schema_events_statements_history_long_size performance_schema_events_statements_history_size
      performance_schema_events_transactions_history_long_size performance_schema_events_transactions_history_size
      performance_schema_events_waits_history_long_size performance_schema_events_waits_history_size
      performance_schema_hosts_size performance_schema_max_cond_classes performance_schema_max_cond_instances
      performance_schema_max_digest_length performance_schema_max_digest_sample_age performance_schema_max_file_classes
      performance_schema_max_file_handles performance_schema_max_file_instances performance_schema_max_index_stat
      performance_schema_max_logger_classes performance_schema_max_memory_classes performance_schema_max_metadata_locks
      performance_schema_max_meter_classes performance_schema_max_metric_classes performance_schema_max_mutex_classes
      performance_schema_max_mutex_instances performance_schema_max_prepared_statements_instances
      performance_schema_max_program_instances performance_schema_max_rwlock_classes
      performance_schema_max_rwlock_instances performance_schema_max_socket_classes
      performance_schema_max_socket_instances performance_schema_max_sql_text_length
      performance_schema_max_stage_classes performance_schema_max_statement_classes
      performance_schema_max_statement_stack performance_schema_max_table_handles
      performance_schema_max_table_instances performance_schema_max_table_lock_stat performance_schema_max_thread_classes
      performance_schema_max_thread_instances performance_schema_session_connect_attrs_size
      performance_schema_setup_actors_size performance_schema_setup_objects_size performance_schema_show_processlist
      performance_schema_users_size`,
  },
  {
    why: "certificates and keys are each server's own",
    names: `ssl_ca ssl_capath ssl_cert ssl_crl ssl_crlpath ssl_key ssl_session_cache_mode ssl_session_cache_timeout
      admin_ssl_ca admin_ssl_capath admin_ssl_cert admin_ssl_cipher admin_ssl_crl admin_ssl_crlpath admin_ssl_key
      admin_tls_ciphersuites admin_tls_version auto_generate_certs tls_certificates_enforced_validation
      caching_sha2_password_auto_generate_rsa_keys caching_sha2_password_private_key_path
      caching_sha2_password_public_key_path sha256_password_auto_generate_rsa_keys sha256_password_private_key_path
      sha256_password_public_key_path caching_sha2_password_enforce_storage_format caching_sha2_password_storage_format
      keyring_operations persist_only_admin_x509_subject persist_sensitive_variables_in_plaintext
      persisted_globals_load init_file`,
  },
  {
    why: "every connection sets its own when it is opened",
    names: `character_set_client character_set_connection character_set_results character_set_database
      character_set_system collation_connection collation_database`,
  },
];
