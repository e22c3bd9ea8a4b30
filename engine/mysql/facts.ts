import { z } from "zod";
import type { MysqlServer } from "./server.js";
import { parseVersion, type ServerVersion } from "./version.js";

export type GtidMode = "OFF" | "OFF_PERMISSIVE" | "ON_PERMISSIVE" | "ON";
export type GtidConsistency = "OFF" | "WARN" | "ON";

/** What one server says of itself, read in one place. GTID sets carry no white space. */
export interface ServerFacts {
  readonly label: string;
  readonly version: ServerVersion;
  readonly serverUuid: string;
  readonly serverId: number;
  readonly gtidMode: GtidMode;
  readonly gtidConsistency: GtidConsistency;
  readonly gtidExecuted: string;
  readonly gtidPurged: string;
  readonly logBin: boolean;
  readonly binlogFormat: string;
  readonly binlogRowImage: string;
  readonly logReplicaUpdates: boolean;
  readonly readOnly: boolean;
  readonly superReadOnly: boolean;
  readonly eventScheduler: string;
  readonly dataDirectory: string;
  readonly lowerCaseTableNames: number;
  readonly innodbPageSizeBytes: number;
  readonly sqlMode: string;
  readonly characterSet: string;
  readonly collation: string;
  readonly timeZone: string;
  readonly explicitDefaultsForTimestamp: boolean;
  /** Server's clock in UTC, `YYYY-MM-DD hh:mm:ss.ffffff`. */
  readonly now: string;
}

const onOff = z.enum(["ON", "OFF"]).transform((value) => value === "ON");
const number = z.coerce.number();

const variablesSchema = z.object({
  version: z.string(),
  server_uuid: z.string(),
  server_id: number,
  gtid_mode: z.enum(["OFF", "OFF_PERMISSIVE", "ON_PERMISSIVE", "ON"]),
  enforce_gtid_consistency: z.enum(["OFF", "WARN", "ON"]),
  log_bin: onOff,
  binlog_format: z.string().default("ROW"),
  binlog_row_image: z.string(),
  log_replica_updates: onOff,
  read_only: onOff,
  super_read_only: onOff,
  event_scheduler: z.string(),
  datadir: z.string(),
  lower_case_table_names: number,
  innodb_page_size: number,
  sql_mode: z.string(),
  character_set_server: z.string(),
  collation_server: z.string(),
  time_zone: z.string(),
  explicit_defaults_for_timestamp: onOff.default(true),
});

const variableRow = z.object({ name: z.string(), value: z.string() });
const gtidRow = z.object({ executed: z.string(), purged: z.string(), now: z.string() });

/** Server variables by lower-case name; a name that this version does not have is simply absent. */
export async function readVariables(server: MysqlServer, names: readonly string[]): Promise<Map<string, string>> {
  const rows = await server.query(
    "SELECT LOWER(VARIABLE_NAME) AS name, VARIABLE_VALUE AS value FROM performance_schema.global_variables WHERE VARIABLE_NAME IN (?)",
    [names],
    variableRow,
  );
  return new Map(rows.map(({ name, value }) => [name, value]));
}

/** All global variables by lower-case name. Values of more than 1024 characters are cut. */
export async function readAllVariables(server: MysqlServer): Promise<Map<string, string>> {
  const rows = await server.query(
    "SELECT LOWER(VARIABLE_NAME) AS name, VARIABLE_VALUE AS value FROM performance_schema.global_variables",
    [],
    variableRow,
  );
  return new Map(rows.map(({ name, value }) => [name, value]));
}

export async function readServerFacts(server: MysqlServer): Promise<ServerFacts> {
  const values = await readVariables(server, Object.keys(variablesSchema.shape));
  const variables = variablesSchema.parse(Object.fromEntries(values));
  // performance_schema.global_variables cuts values at 1024 characters, so GTID sets are read as variables.
  const gtids = await server.queryOne(
    "SELECT @@GLOBAL.gtid_executed AS executed, @@GLOBAL.gtid_purged AS purged, CAST(UTC_TIMESTAMP(6) AS CHAR) AS now",
    [],
    gtidRow,
  );
  return {
    label: server.label,
    version: parseVersion(variables.version),
    serverUuid: variables.server_uuid,
    serverId: variables.server_id,
    gtidMode: variables.gtid_mode,
    gtidConsistency: variables.enforce_gtid_consistency,
    gtidExecuted: compactGtidSet(gtids.executed),
    gtidPurged: compactGtidSet(gtids.purged),
    logBin: variables.log_bin,
    binlogFormat: variables.binlog_format,
    binlogRowImage: variables.binlog_row_image,
    logReplicaUpdates: variables.log_replica_updates,
    readOnly: variables.read_only,
    superReadOnly: variables.super_read_only,
    eventScheduler: variables.event_scheduler,
    dataDirectory: variables.datadir,
    lowerCaseTableNames: variables.lower_case_table_names,
    innodbPageSizeBytes: variables.innodb_page_size,
    sqlMode: variables.sql_mode,
    characterSet: variables.character_set_server,
    collation: variables.collation_server,
    timeZone: variables.time_zone,
    explicitDefaultsForTimestamp: variables.explicit_defaults_for_timestamp,
    now: gtids.now,
  };
}

/** Takes the white space out of a GTID set as the server prints it. */
export function compactGtidSet(text: string): string {
  return text.replaceAll(/\s/g, "");
}
