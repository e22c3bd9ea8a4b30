import type { Severity } from "../operation/index.js";

/** A variable that should have the same value on both servers. */
export interface PairVariable {
  readonly name: string;
  /** How bad a difference is. */
  readonly severity: Exclude<Severity, "ok">;
  readonly why: string;
  /** Whether it only can be set when the server starts, or even only when its data directory is made. */
  readonly fixedAt?: "start" | "initialization";
}

export const PAIR_VARIABLES: readonly PairVariable[] = [
  {
    name: "lower_case_table_names",
    severity: "blocker",
    why: "table names would not be found",
    fixedAt: "initialization",
  },
  {
    name: "innodb_page_size",
    severity: "blocker",
    why: "a physical copy cannot be opened with another page size",
    fixedAt: "initialization",
  },
  {
    name: "replica_exec_mode",
    severity: "blocker",
    why: "a replica that is IDEMPOTENT passes over rows that differ; a repair that was killed leaves it so",
  },
  { name: "sql_mode", severity: "warning", why: "statements accepted on the source may be refused on the target" },
  { name: "character_set_server", severity: "warning", why: "new schemas would get another character set" },
  { name: "collation_server", severity: "warning", why: "new schemas would sort and compare differently" },
  { name: "time_zone", severity: "warning", why: "NOW() and TIMESTAMP columns would read differently" },
  {
    name: "explicit_defaults_for_timestamp",
    severity: "warning",
    why: "CREATE TABLE would give TIMESTAMP columns other defaults",
  },
  { name: "authentication_policy", severity: "warning", why: "new accounts would authenticate differently" },
  {
    name: "default_authentication_plugin",
    severity: "warning",
    why: "new accounts would authenticate differently",
    fixedAt: "start",
  },
  { name: "transaction_isolation", severity: "warning", why: "the application would see other snapshots" },
  { name: "max_allowed_packet", severity: "warning", why: "large statements and rows may be refused" },
  { name: "default_storage_engine", severity: "warning", why: "new tables would use another engine" },
  { name: "partial_revokes", severity: "warning", why: "grants would mean something else" },
  { name: "system_time_zone", severity: "warning", why: "with time_zone SYSTEM, NOW() would read differently" },
];
