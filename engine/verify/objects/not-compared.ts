const DERIVED = "follows from what is compared";
const ACCOUNTS = "accounts and grants are read from the tables of schema mysql";
const SESSION = "of one session or of this moment";
const RELEASE = "comes with the release";
const ENGINE = "how InnoDB keeps it on each server's disk";
const REPLICATION = "of each server's own role in replication";
const LOG = "a log of each server's own";

/** Tables of information_schema and mysql that are not compared, and why; a name may end in `*`. */
export const NOT_COMPARED: Readonly<Record<string, string>> = {
  "information_schema.ADMINISTRABLE_ROLE_AUTHORIZATIONS": ACCOUNTS,
  "information_schema.APPLICABLE_ROLES": ACCOUNTS,
  "information_schema.CHARACTER_SETS": RELEASE,
  "information_schema.COLLATIONS": RELEASE,
  "information_schema.COLLATION_CHARACTER_SET_APPLICABILITY": RELEASE,
  "information_schema.COLUMN_PRIVILEGES": ACCOUNTS,
  "information_schema.COLUMN_STATISTICS": "histograms: a note says which are missing; they change plans, not answers",
  "information_schema.CONNECTION_CONTROL_FAILED_LOGIN_ATTEMPTS": SESSION,
  "information_schema.ENABLED_ROLES": ACCOUNTS,
  "information_schema.ENGINES": RELEASE,
  "information_schema.FILES": ENGINE,
  "information_schema.INNODB_*": ENGINE,
  "information_schema.JSON_DUALITY_VIEW_*": DERIVED,
  "information_schema.KEYWORDS": RELEASE,
  "information_schema.MYSQL_FIREWALL_*": "of a plugin of another edition",
  "information_schema.OPTIMIZER_TRACE": SESSION,
  "information_schema.PLUGINS":
    "what is installed for good is in mysql.plugin, the rest in each server's configuration",
  "information_schema.PROCESSLIST": SESSION,
  "information_schema.PROFILING": SESSION,
  "information_schema.ROLE_*": ACCOUNTS,
  "information_schema.ROUTINE_LIBRARIES": DERIVED,
  "information_schema.SCHEMA_PRIVILEGES": ACCOUNTS,
  "information_schema.ST_GEOMETRY_COLUMNS": DERIVED,
  "information_schema.ST_UNITS_OF_MEASURE": RELEASE,
  "information_schema.TABLE_PRIVILEGES": ACCOUNTS,
  "information_schema.TP_*": SESSION,
  "information_schema.USER_ATTRIBUTES": ACCOUNTS,
  "information_schema.USER_PRIVILEGES": ACCOUNTS,
  "information_schema.VIEW_*": DERIVED,
  "mysql.general_log": LOG,
  "mysql.gtid_executed": REPLICATION,
  "mysql.help_*": RELEASE,
  "mysql.innodb_*": "statistics of each server's own",
  "mysql.ndb_binlog_index": REPLICATION,
  "mysql.password_history": "earlier passwords, which each server remembers by itself",
  "mysql.replication_*": REPLICATION,
  "mysql.slave_*": REPLICATION,
  "mysql.slow_log": LOG,
};

/** Tables of schema mysql that accounts, grants and time zones are read from. */
export const READ_OTHERWISE: readonly string[] = [
  "mysql.user",
  "mysql.db",
  "mysql.tables_priv",
  "mysql.columns_priv",
  "mysql.procs_priv",
  "mysql.global_grants",
  "mysql.proxies_priv",
  "mysql.role_edges",
  "mysql.default_roles",
  "mysql.time_zone",
  "mysql.time_zone_name",
  "mysql.time_zone_transition",
  "mysql.time_zone_transition_type",
  "mysql.time_zone_leap_second",
];

/** Why a table of the server's own is not compared; undefined where it is, or is not known. */
export function whyNotCompared(table: string): string | undefined {
  const found = Object.entries(NOT_COMPARED).find(([name]) =>
    name.endsWith("*") ? table.startsWith(name.slice(0, -1)) : name === table,
  );
  return found?.[1];
}
