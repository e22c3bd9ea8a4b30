import { always, type Names } from "./lifetime.js";

const RENAMED = "statementsFor takes the one that the server knows";
const USERS = ["engine/mysql/statements.ts"];

/** Beginnings of statements. Renamed ones: release notes of 8.2.0 (new names) and 8.4.0 (old names removed). */
export const STATEMENTS: Names = {
  ...always(`SELECT, INSERT, INSERT IGNORE, UPDATE, DELETE, REPLACE, EXPLAIN SELECT, DO, BEGIN, COMMIT, ROLLBACK,
    START TRANSACTION, SET, SET GLOBAL, SET SESSION, SET PERSIST, SET PERSIST_ONLY, SET TRANSACTION, RESET PERSIST,
    CREATE SCHEMA, CREATE TABLE, CREATE TEMPORARY TABLE, CREATE EVENT, CREATE USER, DROP SCHEMA, DROP TABLE,
    DROP TEMPORARY TABLE, DROP EVENT, DROP USER, ALTER TABLE, ALTER EVENT, ALTER DEFINER, ALTER USER, RENAME USER,
    TRUNCATE, GRANT, REVOKE, KILL, KILL QUERY, FLUSH BINARY LOGS, FLUSH LOCAL ENGINE LOGS, LOCK TABLES, UNLOCK TABLES,
    INSTALL PLUGIN, UNINSTALL PLUGIN, CLONE LOCAL DATA DIRECTORY, XA RECOVER, XA COMMIT, XA ROLLBACK,
    CHANGE REPLICATION SOURCE TO, CHANGE REPLICATION FILTER, START REPLICA, STOP REPLICA, RESET REPLICA,
    SHOW BINARY LOGS, SHOW BINLOG EVENTS, SHOW REPLICAS, SHOW GRANTS, SHOW PRIVILEGES, SHOW WARNINGS, SHOW COUNT,
    SHOW CREATE, SHOW GLOBAL STATUS, SHOW PROCESSLIST, ALTER INSTANCE RELOAD TLS, PURGE BINARY LOGS, OPTIMIZE TABLE,
    CREATE TRIGGER, CREATE VIEW, CREATE PROCEDURE, CREATE FUNCTION, CHECK TABLE, WITH RECURSIVE`),
  "SHOW BINARY LOG STATUS": { since: "8.2.0", because: RENAMED, usedIn: USERS },
  "SHOW MASTER STATUS": { removed: "8.4.0", because: RENAMED, usedIn: USERS },
  "RESET BINARY LOGS AND GTIDS": { since: "8.2.0", because: RENAMED, usedIn: USERS },
  "RESET MASTER": { removed: "8.4.0", because: RENAMED, usedIn: USERS },
};

/** Options of CHANGE REPLICATION SOURCE TO. */
export const CHANNEL_OPTIONS: Names = {
  ...always(`SOURCE_HOST SOURCE_PORT SOURCE_USER SOURCE_PASSWORD SOURCE_AUTO_POSITION SOURCE_SSL SOURCE_SSL_CA
    SOURCE_SSL_VERIFY_SERVER_CERT SOURCE_CONNECT_RETRY SOURCE_RETRY_COUNT SOURCE_HEARTBEAT_PERIOD
    SOURCE_COMPRESSION_ALGORITHMS GET_SOURCE_PUBLIC_KEY REQUIRE_ROW_FORMAT`),
  // WL#13938.
  GTID_ONLY: {
    since: "8.0.27",
    because: "changeSourceStatement leaves it out before",
    usedIn: ["engine/channel/source.ts", "engine/mysql/statements.ts"],
  },
};

/** Words that no name may be without quotes, and since when; those of 8.0.26 and before are not among them. */
export const RESERVED_WORDS: Names = {
  INTERSECT: { since: "8.0.31" },
  // Reserved in 8.4, says its manual, and no more in 9.7.4.
  MANUAL: { since: "8.4.0", removed: "9.7.0" },
  PARALLEL: { since: "8.4.0", removed: "9.7.0" },
  QUALIFY: { since: "8.4.0" },
  TABLESAMPLE: { since: "8.4.0" },
  // Seen in information_schema.KEYWORDS of 9.7.4, and not in 8.4's.
  LIBRARY: { since: "9.2.0" },
  EXTERNAL: { since: "9.4.0" },
};
