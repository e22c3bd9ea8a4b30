import {
  parseSourceBehaviour,
  sourceBehaviourQuery,
  targetSettings,
  VARIABLE_POLICIES,
} from "@gtid-ferry/engine/mysql";
import { afterEach, expect, it } from "vitest";
import { startTestMysql, type TestMysql } from "../../../../lab/testing.js";

const started: TestMysql[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.stop()));
});

async function start(settings: Readonly<Record<string, string>> = {}): Promise<TestMysql> {
  const server = await startTestMysql({ name: "variables", settings });
  started.push(server);
  return server;
}

async function globals(server: TestMysql): Promise<Map<string, string>> {
  const rows = await server.rootQuery(
    "SELECT LOWER(VARIABLE_NAME) AS name, VARIABLE_VALUE AS value FROM performance_schema.global_variables",
  );
  return new Map(rows.map(({ name, value }) => [String(name), String(value)]));
}

it("has judged every variable that the real server has", async () => {
  const names = [...(await globals(await start())).keys()];
  expect(names.length).toBeGreaterThan(500);
  expect(names.filter((name) => !VARIABLE_POLICIES.has(name))).toEqual([]);
});

/** Another value for each variable that is carried and has one that a server without more takes. */
const UNUSUAL: Readonly<Record<string, string>> = {
  activate_all_roles_on_login: "ON",
  activate_mandatory_roles: "OFF",
  auto_increment_increment: "3",
  auto_increment_offset: "2",
  autocommit: "OFF",
  automatic_sp_privileges: "OFF",
  binlog_checksum: "NONE",
  binlog_row_metadata: "FULL",
  binlog_row_value_options: "PARTIAL_JSON",
  binlog_rows_query_log_events: "ON",
  binlog_transaction_compression: "ON",
  block_encryption_mode: "aes-256-cbc",
  caching_sha2_password_digest_rounds: "6000",
  character_set_filesystem: "utf8mb4",
  character_set_server: "latin1",
  check_proxy_users: "ON",
  collation_server: "latin1_german2_ci",
  completion_type: "CHAIN",
  cte_max_recursion_depth: "77",
  default_password_lifetime: "90",
  default_storage_engine: "MyISAM",
  default_tmp_storage_engine: "MEMORY",
  default_week_format: "3",
  disabled_storage_engines: "BLACKHOLE",
  disconnect_on_expired_password: "OFF",
  div_precision_increment: "7",
  enable_cascade_triggers: "ON",
  end_markers_in_json: "ON",
  explain_format: "TRADITIONAL",
  explain_json_format_version: "1",
  explicit_defaults_for_timestamp: "OFF",
  ft_max_word_len: "60",
  ft_min_word_len: "2",
  ft_query_expansion_limit: "10",
  generated_random_password_length: "33",
  group_concat_max_len: "1000000",
  innodb_autoinc_lock_mode: "1",
  innodb_deadlock_detect: "OFF",
  innodb_default_row_format: "compact",
  innodb_file_per_table: "OFF",
  innodb_ft_enable_stopword: "OFF",
  innodb_ft_max_token_size: "50",
  innodb_ft_min_token_size: "1",
  innodb_lock_wait_timeout: "17",
  innodb_native_foreign_keys: "ON",
  innodb_rollback_on_timeout: "ON",
  innodb_strict_mode: "OFF",
  innodb_table_locks: "OFF",
  keep_files_on_create: "ON",
  lc_messages: "de_DE",
  lc_time_names: "fr_FR",
  local_infile: "ON",
  lock_wait_timeout: "1000",
  log_bin_trust_function_creators: "ON",
  mandatory_roles: "`r_read`@`%`",
  max_allowed_packet: "33554432",
  max_connect_errors: "12345",
  max_connections: "222",
  max_error_count: "100",
  max_execution_time: "100000",
  max_heap_table_size: "1048576",
  max_join_size: "1000000000",
  max_points_in_geometry: "1000",
  max_prepared_stmt_count: "5000",
  max_sort_length: "64",
  max_sp_recursion_depth: "5",
  max_user_connections: "100",
  net_read_timeout: "31",
  net_write_timeout: "61",
  ngram_token_size: "3",
  partial_revokes: "ON",
  password_history: "3",
  password_require_current: "ON",
  password_reuse_interval: "5",
  protocol_compression_algorithms: "zlib,uncompressed",
  regexp_stack_limit: "1000000",
  regexp_time_limit: "10",
  require_secure_transport: "ON",
  restrict_fk_on_non_standard_key: "OFF",
  session_track_gtids: "OWN_GTID",
  session_track_schema: "OFF",
  session_track_state_change: "ON",
  session_track_system_variables: "*",
  session_track_transaction_info: "STATE",
  show_gipk_in_create_table_and_information_schema: "OFF",
  skip_name_resolve: "OFF",
  skip_show_database: "ON",
  sql_generate_invisible_primary_key: "ON",
  sql_mode: "ANSI_QUOTES,STRICT_ALL_TABLES",
  sql_require_primary_key: "ON",
  table_encryption_privilege_check: "ON",
  terminology_use_previous: "BEFORE_8_0_26",
  time_zone: "+05:30",
  transaction_isolation: "READ-COMMITTED",
  updatable_views_with_limit: "NO",
  wait_timeout: "1234",
  interactive_timeout: "4321",
  windowing_use_high_precision: "OFF",
  xa_detach_on_prepare: "OFF",
};

/** Have one value that this server takes, or need something that a fresh server has not. */
const FIXED = ["caching_sha2_password_proxy_users", "sha256_password_proxy_users"];

it("hands over every carried value so that a copy starts with it", async () => {
  const source = await start();
  const usual = await globals(source);
  const carried = [...VARIABLE_POLICIES].filter(([name, { kind }]) => kind === "carried" && usual.has(name));
  expect(carried.map(([name]) => name).filter((name) => !(name in UNUSUAL) && !FIXED.includes(name))).toEqual([]);
  const settings = targetSettings({
    variables: new Map(Object.entries(UNUSUAL)),
    isSysdateNow: true,
    usesNativePasswords: true,
  });
  const copy = await start(
    Object.fromEntries(Object.entries(settings).map(([name, value]) => [`loose_${name}`, value])),
  );
  const values = await globals(copy);
  const seen = Object.fromEntries(Object.keys(UNUSUAL).map((name) => [name, values.get(name)]));
  expect(seen).toEqual(UNUSUAL);
  expect(Object.entries(UNUSUAL).filter(([name, value]) => usual.get(name) === value)).toEqual([]);
  // What the copy says of itself is what it was given.
  const lines = await copy.rootQuery(sourceBehaviourQuery());
  const again = targetSettings(parseSourceBehaviour(lines.map((row) => String(Object.values(row)[0]))));
  const { mysql_native_password: _, ...expected } = settings;
  expect(again).toMatchObject(expected);
});
