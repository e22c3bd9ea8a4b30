import { quoteAccount, quoteIdentifier, quoteString } from "@gtid-ferry/engine/mysql";
import { ADMINISTRATOR, APPLICATION, SAMPLE_SCHEMA } from "../defaults.js";

/** Privileges of one level and what they are for. */
interface GrantLine {
  readonly privileges: readonly string[];
  readonly on: string;
  readonly withGrantOption?: true;
}

const ADMIN_SCHEMA = quoteIdentifier("gtid_ferry");

/** The least that the engine works with, on a source and on the target restored from it. */
export const ADMINISTRATOR_GRANTS: readonly GrantLine[] = [
  // Reads accounts, plugins and status, and every table that is verified.
  { privileges: ["SELECT"], on: "*.*" },
  // Sees every event, because none may run on two servers; creates the one that lifts a fence.
  { privileges: ["EVENT"], on: "*.*" },
  // Sees what beside rows is compared.
  { privileges: ["TRIGGER", "SHOW VIEW"], on: "*.*" },
  // Creates and drops the replication account.
  { privileges: ["CREATE USER"], on: "*.*" },
  // Passes it on to the replication account. MySQL knows the option per level only, not per privilege.
  { privileges: ["REPLICATION SLAVE"], on: "*.*", withGrantOption: true },
  // FLUSH BINARY LOGS, RESET REPLICA, RESET BINARY LOGS AND GTIDS.
  { privileges: ["RELOAD"], on: "*.*" },
  // Sees sessions, transactions and tablespaces of others.
  { privileges: ["PROCESS"], on: "*.*" },
  // SHOW REPLICA STATUS, SHOW BINARY LOGS.
  { privileges: ["REPLICATION CLIENT"], on: "*.*" },
  // The engine's own records.
  { privileges: ["CREATE", "DROP", "INSERT", "UPDATE", "DELETE"], on: `${ADMIN_SCHEMA}.*` },
  // INSTALL PLUGIN clone, UNINSTALL PLUGIN clone.
  { privileges: ["INSERT", "DELETE"], on: "mysql.plugin" },
  // gtid_mode, retention, super_read_only, gtid_purged; sql_log_bin and gtid_next of its own session.
  { privileges: ["SYSTEM_VARIABLES_ADMIN"], on: "*.*" },
  // RESET PERSIST gtid_mode: mysqld-auto.cnf counts it among the variables that are read at start only.
  { privileges: ["PERSIST_RO_VARIABLES_ADMIN"], on: "*.*" },
  // Configures, starts and stops a channel.
  { privileges: ["REPLICATION_SLAVE_ADMIN"], on: "*.*" },
  // XtraBackup, for tables of other engines.
  { privileges: ["LOCK TABLES"], on: "*.*" },
  // CLONE LOCAL DATA DIRECTORY, LOCK INSTANCE FOR BACKUP, performance_schema.log_status.
  { privileges: ["BACKUP_ADMIN"], on: "*.*" },
  // Kills what blocks a fence, writes while read_only is on, gets in at max_connections and in offline mode.
  { privileges: ["CONNECTION_ADMIN"], on: "*.*" },
  // Sees prepared XA transactions.
  { privileges: ["XA_RECOVER_ADMIN"], on: "*.*" },
];

/**
 * The statements that make the lab's accounts on a fresh server, run by root. They stay out of the binary log: an
 * administrator's account belongs to its server and must not arrive on another one a second time.
 */
export function accountStatements(): readonly string[] {
  const administrator = quoteAccount({ user: ADMINISTRATOR.user, host: "%" });
  const application = quoteAccount({ user: APPLICATION.user, host: "%" });
  return [
    "SET SESSION sql_log_bin = 0",
    createUser(administrator, ADMINISTRATOR.password),
    ...ADMINISTRATOR_GRANTS.map(({ privileges, on, withGrantOption }) => {
      const option = withGrantOption === true ? " WITH GRANT OPTION" : "";
      return `GRANT ${privileges.join(", ")} ON ${on} TO ${administrator}${option}`;
    }),
    createUser(application, APPLICATION.password),
    `GRANT ALL ON ${quoteIdentifier(SAMPLE_SCHEMA)}.* TO ${application}`,
  ];
}

function createUser(account: string, password: string): string {
  return `CREATE USER ${account} IDENTIFIED WITH caching_sha2_password BY ${quoteString(password)}`;
}
