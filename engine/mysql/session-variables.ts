import { quoteString } from "./quoting.js";

/** One system variable as every session of this tool has it, whatever the server's GLOBAL value is. */
export interface SessionVariable {
  readonly name: string;
  readonly value: string | number;
  /** Release that brought it, as `MMmmpp`; left out where the oldest supported server has it. */
  readonly since?: number;
  /** Only an account with SESSION_VARIABLES_ADMIN (or SYSTEM_VARIABLES_ADMIN) may set it. */
  readonly restricted?: true;
  /** What a hostile GLOBAL value would do to the tool. */
  readonly why: string;
}

const MOST = "18446744073709551615";
const ENDS_SESSION = "ends a session that waits for the other server";
const CUTS_RESULT = "leaves rows or text out of a result";
const HIDES = "hides or changes what SHOW and information_schema say";
const CONVERTS = "converts text in results or statements";
const WRITES = "changes or refuses what the tool writes";

/**
 * Everything on which an answer or the survival of a session depends; one list for all sessions. From the reference of
 * system variables of MySQL 8.0 to 9.7: each with a session scope was either taken in or does not reach an answer
 * (buffers, tracing, logging). `max_allowed_packet` and `net_buffer_length` cannot be set in a session (error 1621).
 */
export const SESSION_VARIABLES: readonly SessionVariable[] = [
  // Text of statements and results.
  { name: "character_set_client", value: "utf8mb4", why: CONVERTS },
  { name: "character_set_results", value: "utf8mb4", why: CONVERTS },
  { name: "collation_connection", value: "utf8mb4_general_ci", why: CONVERTS },
  { name: "lc_messages", value: "en_US", why: "errors and plans in another language" },
  { name: "lc_time_names", value: "en_US", why: CONVERTS },
  { name: "time_zone", value: "+00:00", why: "shows TIMESTAMP values in the server's own zone" },
  {
    name: "sql_mode",
    // ALLOW_INVALID_DATES: a stored 2024-02-30 has to be found again by its own text.
    value: "ONLY_FULL_GROUP_BY,STRICT_ALL_TABLES,ALLOW_INVALID_DATES,NO_ENGINE_SUBSTITUTION",
    why: "reads quotes, backslashes, dates and padding in another way",
  },
  { name: "sql_auto_is_null", value: 0, why: "makes IS NULL find the last inserted row" },
  // Completeness of results.
  { name: "sql_select_limit", value: MOST, why: CUTS_RESULT },
  { name: "group_concat_max_len", value: MOST, why: CUTS_RESULT },
  { name: "max_join_size", value: MOST, why: "refuses long scans" },
  { name: "sql_big_selects", value: 1, why: "refuses long scans" },
  { name: "max_sort_length", value: 8_388_608, why: "sorts by the beginning of a text only" },
  { name: "range_optimizer_max_mem_size", value: 0, why: "reads a whole table for a long list of keys" },
  { name: "eq_range_index_dive_limit", value: 0, why: "estimates ranges by stale statistics" },
  { name: "explain_format", value: "TRADITIONAL", since: 80032, why: "gives estimates in another shape" },
  {
    name: "max_error_count",
    value: 1024,
    restricted: true,
    why: "forgets warnings, which say that a value is not whole",
  },
  { name: "sql_notes", value: 1, why: "forgets warnings" },
  // What definitions look like.
  { name: "sql_quote_show_create", value: 1, why: HIDES },
  { name: "print_identified_with_as_hex", value: 1, why: HIDES },
  { name: "show_create_table_verbosity", value: 0, why: HIDES },
  { name: "show_gipk_in_create_table_and_information_schema", value: 1, since: 80030, why: HIDES },
  { name: "information_schema_stats_expiry", value: 0, why: "answers with statistics of the day before" },
  { name: "terminology_use_previous", value: "NONE", why: HIDES },
  // Survival.
  { name: "max_execution_time", value: 0, why: "interrupts long SELECTs, those that wait for a GTID set too" },
  { name: "wait_timeout", value: 28_800, why: ENDS_SESSION },
  { name: "interactive_timeout", value: 28_800, why: ENDS_SESSION },
  { name: "net_read_timeout", value: 600, why: ENDS_SESSION },
  { name: "net_write_timeout", value: 600, why: ENDS_SESSION },
  { name: "lock_wait_timeout", value: 31_536_000, why: "gives up on metadata locks at once" },
  { name: "innodb_lock_wait_timeout", value: 50, why: "gives up on row locks at once" },
  { name: "connection_memory_limit", value: MOST, since: 80028, restricted: true, why: "ends a session by its memory" },
  // Transactions and writes.
  { name: "autocommit", value: 1, why: "leaves the tool's own writes uncommitted" },
  { name: "completion_type", value: "NO_CHAIN", why: "begins another transaction, or ends the session, at COMMIT" },
  { name: "transaction_read_only", value: 0, why: WRITES },
  {
    name: "transaction_isolation",
    value: "REPEATABLE-READ",
    why: "shows a wait the state from before it, or uncommitted rows",
  },
  { name: "foreign_key_checks", value: 1, why: WRITES },
  { name: "unique_checks", value: 1, why: WRITES },
  { name: "sql_safe_updates", value: 0, why: WRITES },
  { name: "auto_increment_increment", value: 1, why: WRITES },
  { name: "auto_increment_offset", value: 1, why: WRITES },
  { name: "explicit_defaults_for_timestamp", value: 1, why: WRITES },
  { name: "default_storage_engine", value: "InnoDB", why: WRITES },
  { name: "default_tmp_storage_engine", value: "InnoDB", why: WRITES },
  { name: "sql_require_primary_key", value: 0, restricted: true, why: WRITES },
  { name: "sql_generate_invisible_primary_key", value: 0, since: 80030, restricted: true, why: WRITES },
  {
    name: "binlog_format",
    value: "ROW",
    restricted: true,
    why: "logs the tool's own writes as text, which the channel refuses",
  },
  { name: "binlog_row_image", value: "FULL", restricted: true, why: WRITES },
  { name: "binlog_row_value_options", value: "", restricted: true, why: WRITES },
];

/** Sets all variables in one statement; those newer than the server are comments to it. */
export function sessionStatement(variables: readonly SessionVariable[] = SESSION_VARIABLES): string {
  const [first = "", ...rest] = [...variables]
    .sort((one, other) => (one.since ?? 0) - (other.since ?? 0))
    .map(({ name, value, since }, index) => {
      const assignment = `${index === 0 ? "" : ", "}${name} = ${literal(value)}`;
      return since === undefined ? assignment : `/*!${since} ${assignment} */`;
    });
  return `SET SESSION ${first}${rest.join("")}`;
}

/** What an account without SESSION_VARIABLES_ADMIN may set of them. */
export function unrestricted(variables: readonly SessionVariable[] = SESSION_VARIABLES): readonly SessionVariable[] {
  return variables.filter(({ restricted }) => restricted !== true);
}

function literal(value: string | number): string {
  if (typeof value === "number" || /^\d+$/.test(value)) return String(value);
  return quoteString(value);
}
