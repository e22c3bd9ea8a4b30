/** Why a column of the server's own tables is not compared. */
type Reason = string;

/** A kind of object that two servers have to have alike, and the server's own table that has one row for each. */
export interface ObjectKind {
  readonly kind: string;
  /** Table or view, e.g. `information_schema.TRIGGERS`. A release that has no such table has no such objects. */
  readonly from: string;
  /** Columns of `from` that name the object, from the outside in. */
  readonly name: readonly string[];
  /** The column that holds the object's schema; undefined for what is in none. */
  readonly schema?: string;
  /** A column that numbers several rows of one object. */
  readonly position?: string;
  /** SQL condition on which rows of `from` are of this kind. */
  readonly where?: string;
  /** SQL in place of a column. */
  readonly computed?: Readonly<Record<string, string>>;
  /** Columns whose values are secret: only a hash of them is kept and shown. */
  readonly secret?: readonly string[];
  /** Of what every server has some: the privileges without one of which MySQL shows none at all. */
  readonly hiddenWithout?: string;
  /** Every other column is compared, also those of later releases. */
  readonly notCompared: Readonly<Record<string, Reason>>;
}

const CATALOG = "always `def`";
const NAMED = "part of the name";
const STATISTIC = "a statistic of each server's own";
const TIME = "when each server made or changed it by itself";
const DERIVED = "follows from what is compared";

const TABLE_STATISTICS = {
  TABLE_ROWS: STATISTIC,
  AVG_ROW_LENGTH: STATISTIC,
  DATA_LENGTH: STATISTIC,
  MAX_DATA_LENGTH: STATISTIC,
  INDEX_LENGTH: STATISTIC,
  DATA_FREE: STATISTIC,
  CREATE_TIME: TIME,
  UPDATE_TIME: TIME,
  CHECK_TIME: TIME,
  CHECKSUM: STATISTIC,
};

const ROUTINE = {
  from: "information_schema.ROUTINES",
  name: ["ROUTINE_SCHEMA", "ROUTINE_NAME"],
  schema: "ROUTINE_SCHEMA",
  notCompared: {
    SPECIFIC_NAME: NAMED,
    ROUTINE_CATALOG: CATALOG,
    ROUTINE_TYPE: NAMED,
    CREATED: TIME,
    LAST_ALTERED: TIME,
  },
} as const;

const PARAMETERS = {
  from: "information_schema.PARAMETERS",
  name: ["SPECIFIC_SCHEMA", "SPECIFIC_NAME"],
  schema: "SPECIFIC_SCHEMA",
  position: "ORDINAL_POSITION",
  notCompared: { SPECIFIC_CATALOG: CATALOG, ROUTINE_TYPE: NAMED },
} as const;

const EXTENSION = { TABLE_CATALOG: CATALOG };

/**
 * What is compared beside rows, accounts and grants. An event that is enabled on the primary is disabled on a replica
 * until that is the primary; one that is over is disabled on the primary alone, which MySQL never replicates.
 */
export const OBJECT_KINDS: readonly ObjectKind[] = [
  {
    kind: "schema",
    from: "information_schema.SCHEMATA",
    name: ["SCHEMA_NAME"],
    schema: "SCHEMA_NAME",
    notCompared: { CATALOG_NAME: CATALOG, SQL_PATH: "always NULL" },
  },
  {
    kind: "schema options",
    from: "information_schema.SCHEMATA_EXTENSIONS",
    name: ["SCHEMA_NAME"],
    schema: "SCHEMA_NAME",
    notCompared: { CATALOG_NAME: CATALOG },
  },
  {
    kind: "table",
    from: "information_schema.TABLES",
    name: ["TABLE_SCHEMA", "TABLE_NAME"],
    schema: "TABLE_SCHEMA",
    where: "TABLE_TYPE = 'BASE TABLE'",
    notCompared: {
      TABLE_CATALOG: CATALOG,
      TABLE_TYPE: DERIVED,
      VERSION: "always 10",
      ...TABLE_STATISTICS,
      AUTO_INCREMENT: "a note of its own: the primary counts values that it rolled back, and no replica hears of them",
    },
  },
  {
    kind: "table attributes",
    from: "information_schema.TABLES_EXTENSIONS",
    name: ["TABLE_SCHEMA", "TABLE_NAME"],
    schema: "TABLE_SCHEMA",
    notCompared: EXTENSION,
  },
  {
    kind: "column",
    from: "information_schema.COLUMNS",
    name: ["TABLE_SCHEMA", "TABLE_NAME", "COLUMN_NAME"],
    schema: "TABLE_SCHEMA",
    notCompared: { TABLE_CATALOG: CATALOG, PRIVILEGES: "what the account that looks may do" },
  },
  {
    kind: "column attributes",
    from: "information_schema.COLUMNS_EXTENSIONS",
    name: ["TABLE_SCHEMA", "TABLE_NAME", "COLUMN_NAME"],
    schema: "TABLE_SCHEMA",
    notCompared: EXTENSION,
  },
  {
    kind: "index",
    from: "information_schema.STATISTICS",
    name: ["TABLE_SCHEMA", "TABLE_NAME", "INDEX_NAME"],
    schema: "TABLE_SCHEMA",
    position: "SEQ_IN_INDEX",
    notCompared: {
      TABLE_CATALOG: CATALOG,
      INDEX_SCHEMA: NAMED,
      CARDINALITY: STATISTIC,
      PACKED: "always NULL",
      COMMENT: "whether MyISAM has disabled it for a moment",
    },
  },
  {
    kind: "foreign key",
    from: "information_schema.REFERENTIAL_CONSTRAINTS",
    name: ["CONSTRAINT_SCHEMA", "TABLE_NAME", "CONSTRAINT_NAME"],
    schema: "CONSTRAINT_SCHEMA",
    notCompared: {
      CONSTRAINT_CATALOG: CATALOG,
      UNIQUE_CONSTRAINT_CATALOG: CATALOG,
      UNIQUE_CONSTRAINT_NAME:
        "which of several fitting keys of the other table was found when the foreign key was made",
    },
  },
  {
    kind: "foreign key columns",
    from: "information_schema.KEY_COLUMN_USAGE",
    name: ["TABLE_SCHEMA", "TABLE_NAME", "CONSTRAINT_NAME"],
    schema: "TABLE_SCHEMA",
    position: "ORDINAL_POSITION",
    where: "REFERENCED_TABLE_NAME IS NOT NULL",
    notCompared: { CONSTRAINT_CATALOG: CATALOG, CONSTRAINT_SCHEMA: NAMED, TABLE_CATALOG: CATALOG },
  },
  {
    kind: "constraint",
    from: "information_schema.TABLE_CONSTRAINTS",
    name: ["TABLE_SCHEMA", "TABLE_NAME", "CONSTRAINT_NAME"],
    schema: "TABLE_SCHEMA",
    notCompared: { CONSTRAINT_CATALOG: CATALOG, CONSTRAINT_SCHEMA: NAMED },
  },
  {
    kind: "constraint attributes",
    from: "information_schema.TABLE_CONSTRAINTS_EXTENSIONS",
    name: ["CONSTRAINT_SCHEMA", "TABLE_NAME", "CONSTRAINT_NAME"],
    schema: "CONSTRAINT_SCHEMA",
    notCompared: { CONSTRAINT_CATALOG: CATALOG },
  },
  {
    kind: "check constraint",
    from: "information_schema.CHECK_CONSTRAINTS",
    name: ["CONSTRAINT_SCHEMA", "CONSTRAINT_NAME"],
    schema: "CONSTRAINT_SCHEMA",
    notCompared: { CONSTRAINT_CATALOG: CATALOG },
  },
  {
    kind: "partition",
    from: "information_schema.PARTITIONS",
    name: ["TABLE_SCHEMA", "TABLE_NAME", "PARTITION_NAME", "SUBPARTITION_NAME"],
    schema: "TABLE_SCHEMA",
    where: "PARTITION_NAME IS NOT NULL",
    notCompared: { TABLE_CATALOG: CATALOG, ...TABLE_STATISTICS },
  },
  {
    kind: "view",
    from: "information_schema.VIEWS",
    name: ["TABLE_SCHEMA", "TABLE_NAME"],
    schema: "TABLE_SCHEMA",
    notCompared: { TABLE_CATALOG: CATALOG },
  },
  {
    kind: "JSON duality view",
    from: "information_schema.JSON_DUALITY_VIEWS",
    name: ["TABLE_SCHEMA", "TABLE_NAME"],
    schema: "TABLE_SCHEMA",
    notCompared: { TABLE_CATALOG: CATALOG, ROOT_TABLE_CATALOG: CATALOG },
  },
  {
    kind: "trigger",
    from: "information_schema.TRIGGERS",
    name: ["TRIGGER_SCHEMA", "TRIGGER_NAME"],
    schema: "TRIGGER_SCHEMA",
    notCompared: { TRIGGER_CATALOG: CATALOG, EVENT_OBJECT_CATALOG: CATALOG, CREATED: TIME },
  },
  { ...ROUTINE, kind: "function", where: "ROUTINE_TYPE = 'FUNCTION'" },
  { ...ROUTINE, kind: "procedure", where: "ROUTINE_TYPE = 'PROCEDURE'" },
  { ...PARAMETERS, kind: "parameters of function", where: "ROUTINE_TYPE = 'FUNCTION'" },
  { ...PARAMETERS, kind: "parameters of procedure", where: "ROUTINE_TYPE = 'PROCEDURE'" },
  {
    kind: "library",
    from: "information_schema.LIBRARIES",
    name: ["LIBRARY_SCHEMA", "LIBRARY_NAME"],
    schema: "LIBRARY_SCHEMA",
    notCompared: { LIBRARY_CATALOG: CATALOG, CREATED: TIME, LAST_ALTERED: TIME },
  },
  {
    kind: "event",
    from: "information_schema.EVENTS",
    name: ["EVENT_SCHEMA", "EVENT_NAME"],
    schema: "EVENT_SCHEMA",
    computed: {
      STATUS: `CASE WHEN COALESCE(CONVERT_TZ(COALESCE(EXECUTE_AT, ENDS), TIME_ZONE, '+00:00'), COALESCE(EXECUTE_AT, ENDS)) < UTC_TIMESTAMP()
                    THEN 'over' WHEN STATUS = 'DISABLED' THEN 'disabled' ELSE 'enabled on the primary' END`,
    },
    notCompared: {
      EVENT_CATALOG: CATALOG,
      CREATED: TIME,
      LAST_ALTERED: TIME,
      LAST_EXECUTED: TIME,
      ORIGINATOR: "the server_id of the server that it was made on",
    },
  },
  {
    kind: "server definition",
    from: "mysql.servers",
    name: ["Server_name"],
    secret: ["Password"],
    notCompared: {},
  },
  {
    kind: "spatial reference system",
    from: "information_schema.ST_SPATIAL_REFERENCE_SYSTEMS",
    name: ["SRS_ID"],
    notCompared: {},
  },
  { kind: "loadable function", from: "mysql.func", name: ["name"], notCompared: {} },
  {
    kind: "component",
    from: "mysql.component",
    name: ["component_urn"],
    notCompared: { component_id: "counted by each server", component_group_id: "counted by each server" },
  },
  { kind: "plugin", from: "mysql.plugin", name: ["name"], notCompared: {} },
  {
    kind: "resource group",
    from: "information_schema.RESOURCE_GROUPS",
    name: ["RESOURCE_GROUP_NAME"],
    hiddenWithout: "RESOURCE_GROUP_USER or RESOURCE_GROUP_ADMIN",
    notCompared: {},
  },
  {
    kind: "tablespace",
    from: "information_schema.INNODB_TABLESPACES",
    name: ["NAME"],
    where: "SPACE_TYPE = 'General'",
    notCompared: {
      SPACE: "counted by each server",
      FLAG: DERIVED,
      FS_BLOCK_SIZE: "of the server's disk",
      FILE_SIZE: STATISTIC,
      ALLOCATED_SIZE: STATISTIC,
      SERVER_VERSION: "the release that opened it last",
      SPACE_VERSION: "the release that opened it last",
      STATE: STATISTIC,
    },
  },
  {
    kind: "tablespace attributes",
    from: "information_schema.TABLESPACES_EXTENSIONS",
    name: ["TABLESPACE_NAME"],
    where: "ENGINE_ATTRIBUTE IS NOT NULL",
    notCompared: {},
  },
  {
    kind: "cost of an engine's operation",
    from: "mysql.engine_cost",
    name: ["engine_name", "device_type", "cost_name"],
    notCompared: { last_update: TIME, comment: "has no effect" },
  },
  {
    kind: "cost of a server's operation",
    from: "mysql.server_cost",
    name: ["cost_name"],
    notCompared: { last_update: TIME, comment: "has no effect" },
  },
];
