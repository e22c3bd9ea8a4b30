import { always, type Names } from "./lifetime.js";

const COMPARED = "the comparison takes of the views and columns those that a server has";
const KINDS = ["engine/verify/objects/kinds.ts"];

/** Views and tables of the server's own schemas. */
export const VIEWS: Names = {
  ...always(`information_schema.ADMINISTRABLE_ROLE_AUTHORIZATIONS information_schema.APPLICABLE_ROLES
    information_schema.CHARACTER_SETS information_schema.CHECK_CONSTRAINTS information_schema.COLLATIONS
    information_schema.COLLATION_CHARACTER_SET_APPLICABILITY information_schema.COLUMNS
    information_schema.COLUMNS_EXTENSIONS information_schema.COLUMN_PRIVILEGES information_schema.COLUMN_STATISTICS
    information_schema.ENABLED_ROLES information_schema.ENGINES information_schema.EVENTS information_schema.FILES
    information_schema.INNODB_TABLES information_schema.INNODB_TABLESPACES information_schema.INNODB_TABLESPACES_BRIEF
    information_schema.INNODB_TRX
    information_schema.KEYWORDS information_schema.KEY_COLUMN_USAGE information_schema.OPTIMIZER_TRACE
    information_schema.PARAMETERS information_schema.PARTITIONS information_schema.PLUGINS
    information_schema.PROCESSLIST information_schema.PROFILING information_schema.REFERENTIAL_CONSTRAINTS
    information_schema.RESOURCE_GROUPS information_schema.ROUTINES information_schema.SCHEMATA
    information_schema.SCHEMATA_EXTENSIONS information_schema.SCHEMA_PRIVILEGES information_schema.STATISTICS
    information_schema.ST_GEOMETRY_COLUMNS information_schema.ST_SPATIAL_REFERENCE_SYSTEMS
    information_schema.ST_UNITS_OF_MEASURE information_schema.TABLES information_schema.TABLESPACES_EXTENSIONS
    information_schema.TABLES_EXTENSIONS information_schema.TABLE_CONSTRAINTS
    information_schema.TABLE_CONSTRAINTS_EXTENSIONS information_schema.TABLE_PRIVILEGES information_schema.TRIGGERS
    information_schema.USER_ATTRIBUTES information_schema.USER_PRIVILEGES information_schema.VIEWS
    information_schema.INNODB_DATAFILES
    mysql.columns_priv mysql.component mysql.db mysql.default_roles mysql.engine_cost mysql.func mysql.general_log
    mysql.global_grants mysql.gtid_executed mysql.password_history mysql.plugin mysql.procs_priv mysql.proxies_priv
    mysql.role_edges mysql.server_cost mysql.servers mysql.slave_master_info mysql.slow_log mysql.tables_priv
    mysql.time_zone mysql.time_zone_leap_second mysql.time_zone_name mysql.time_zone_transition
    mysql.time_zone_transition_type mysql.user
    performance_schema.error_log performance_schema.events_errors_summary_global_by_error
    performance_schema.events_statements_current performance_schema.events_transactions_current
    performance_schema.global_status performance_schema.global_variables performance_schema.host_cache
    performance_schema.keyring_component_status performance_schema.log_status performance_schema.metadata_locks
    performance_schema.persisted_variables performance_schema.processlist
    performance_schema.replication_applier_configuration performance_schema.replication_applier_filters
    performance_schema.replication_applier_global_filters performance_schema.replication_applier_status
    performance_schema.replication_applier_status_by_coordinator
    performance_schema.replication_applier_status_by_worker
    performance_schema.replication_connection_configuration performance_schema.replication_connection_status
    performance_schema.replication_group_members performance_schema.session_connect_attrs performance_schema.threads
    performance_schema.tls_channel_status performance_schema.user_variables_by_thread
    performance_schema.variables_by_thread performance_schema.variables_info`),
  "information_schema.LIBRARIES": { since: "9.2.0", because: COMPARED, usedIn: KINDS },
  "information_schema.ROUTINE_LIBRARIES": {
    since: "9.2.0",
    because: COMPARED,
    usedIn: ["engine/verify/objects/not-compared.ts"],
  },
  "information_schema.JSON_DUALITY_VIEWS": { since: "9.4.0", because: COMPARED, usedIn: KINDS },
};

/** Only there where a plugin is, or with another edition; named where it is said what is not compared. */
export const VIEWS_OF_PLUGINS: Names = always(
  "information_schema.CONNECTION_CONTROL_FAILED_LOGIN_ATTEMPTS mysql.ndb_binlog_index",
);

/** Columns of these, whichever view has them. */
export const COLUMNS: Names = {
  ...always(`APPLYING_TRANSACTION ATTR_NAME ATTR_VALUE AUTO_INCREMENT AUTO_POSITION CHANNEL CHANNEL_NAME
    CHARACTER_MAXIMUM_LENGTH CHARACTER_SET_CLIENT CHARACTER_SET_NAME COLLATION_CONNECTION COLLATION_NAME COLUMN_NAME
    COLUMN_TYPE COMMAND COMPRESSION_ALGORITHM CONNECTION_RETRY_COUNT CONNECTION_RETRY_INTERVAL CONNECTION_TYPE
    CONSTRAINT_CATALOG CONSTRAINT_NAME CONSTRAINT_SCHEMA CONSTRAINT_TYPE CREATED CREATE_TIME DATA DATABASE_COLLATION
    DATA_LENGTH DATA_TYPE DEFAULT_COLLATION_NAME DEFINER DESIRED_DELAY ENCRYPTION END_EVENT_ID ENDS ENGINE
    ENGINE_ATTRIBUTE ERROR_CODE ERROR_NAME EVENT_CATALOG EVENT_DEFINITION EVENT_MANIPULATION EVENT_NAME
    EVENT_OBJECT_CATALOG EVENT_OBJECT_SCHEMA EVENT_OBJECT_TABLE EVENT_SCHEMA EVENT_TYPE EXECUTE_AT EXTRA FILE_SIZE
    FILTER_NAME FILTER_RULE GENERATION_EXPRESSION HEARTBEAT_INTERVAL HOST ID INDEX_NAME INDEX_TYPE INSTANT_COLS
    IS_NULLABLE IS_VISIBLE LAST_ALTERED LAST_APPLIED_TRANSACTION
    LAST_APPLIED_TRANSACTION_ORIGINAL_COMMIT_TIMESTAMP LAST_ERROR_MESSAGE LAST_ERROR_NUMBER LAST_EXECUTED
    LAST_HEARTBEAT_TIMESTAMP LAST_QUEUED_TRANSACTION_END_QUEUE_TIMESTAMP LOCK_DURATION LOCK_STATUS LOCK_TYPE LOGGED
    MEMBER_STATE NAME NON_UNIQUE NULLABLE OBJECT_NAME OBJECT_SCHEMA OBJECT_TYPE ON_COMPLETION ORDINAL_POSITION
    ORIGINATOR OWNER_THREAD_ID PARTITION_NAME PLUGIN_LIBRARY PLUGIN_NAME PLUGIN_STATUS PLUGIN_TYPE PORT PRIO PRIV
    PROCESSLIST_COMMAND PROCESSLIST_DB PROCESSLIST_ID PROCESSLIST_INFO PROCESSLIST_STATE PROCESSLIST_TIME
    PROCESSLIST_USER PROPERTY QUEUEING_TRANSACTION_START_QUEUE_TIMESTAMP RECEIVED_TRANSACTION_SET
    REFERENCED_TABLE_NAME RESOURCE_GROUP_NAME ROUTINE_CATALOG ROUTINE_DEFINITION ROUTINE_NAME ROUTINE_SCHEMA
    ROUTINE_TYPE SCHEMA_NAME SEQ_IN_INDEX SERVICE_STATE SOURCE_UUID SPACE_TYPE SPECIFIC_CATALOG SPECIFIC_NAME
    SPECIFIC_SCHEMA SRS_ID SSL_ALLOWED SSL_CA_FILE SSL_VERIFY_SERVER_CERTIFICATE STATE STATUS STATUS_KEY STATUS_VALUE
    SUBPARTITION_NAME SUBSYSTEM SUB_PART SUM_ERROR_RAISED TABLESPACE_NAME TABLE_CATALOG TABLE_ID TABLE_NAME TABLE_ROWS
    TABLE_SCHEMA TABLE_TYPE THREAD_ID TIME TIMER_WAIT TIME_ZONE TRIGGER_CATALOG TRIGGER_NAME TRIGGER_SCHEMA TYPE USER VALUE
    VARIABLE_NAME VARIABLE_SOURCE VARIABLE_VALUE VCPU_IDS WORD RESERVED WORKER_ID XA_STATE TO_USER TO_HOST PARAMETER_NAME
    ACTION_STATEMENT VIEW_DEFINITION PARTITION_METHOD PARTITION_EXPRESSION PARTITION_DESCRIPTION SUBPARTITION_METHOD
    SUBPARTITION_EXPRESSION REFERENCED_TABLE_SCHEMA REFERENCED_COLUMN_NAME`),
  TOTAL_ROW_VERSIONS: {
    since: "8.0.29",
    because: "instantTablesQuery does without before",
    usedIn: ["engine/preflight/observe/schema.ts", "engine/mysql/statements.ts"],
  },
  LIBRARY_NAME: { since: "9.2.0", because: COMPARED, usedIn: KINDS },
  LIBRARY_SCHEMA: { since: "9.2.0", because: COMPARED, usedIn: KINDS },
};
