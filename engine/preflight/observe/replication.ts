import { z } from "zod";
import { type MysqlServer, type ServerVersion, statementsFor } from "../../mysql/index.js";
import type { Seen } from "../listing.js";
import type { BinlogFilter, ReplicationFilter, ReplicationSource } from "../observation.js";
import { look } from "./bounded.js";

const sourceRow = z.object({
  channel: z.string(),
  host: z.string(),
  port: z.coerce.number(),
  sourceUuid: z.string().nullable(),
});
const filterRow = z.object({ channel: z.string(), name: z.string(), rule: z.string() });
const binlogStatusRow = z.object({ Binlog_Do_DB: z.string(), Binlog_Ignore_DB: z.string() });
const replicaRow = z.object({ Server_Id: z.coerce.number(), Host: z.string(), Port: z.coerce.number() });
const countRow = z.object({ found: z.coerce.number() });

export function observeReplicationSources(server: MysqlServer): Promise<Seen<ReplicationSource[]>> {
  return look(async () => {
    // Group Replication's own channels have no host.
    const rows = await server.query(
      `SELECT c.CHANNEL_NAME AS channel, c.HOST AS host, c.PORT AS port, s.SOURCE_UUID AS sourceUuid
         FROM performance_schema.replication_connection_configuration c
         LEFT JOIN performance_schema.replication_connection_status s USING (CHANNEL_NAME)
        WHERE c.HOST NOT IN ('', '<NULL>')`,
      [],
      sourceRow,
    );
    return rows.map((row) => ({ ...row, sourceUuid: row.sourceUuid ?? "" }));
  });
}

/** How many members its group has; none where it belongs to no group. */
export function observeGroupMembers(server: MysqlServer): Promise<Seen<number>> {
  return look(async () => {
    const { found } = await server.queryOne(
      "SELECT COUNT(*) AS found FROM performance_schema.replication_group_members WHERE MEMBER_STATE NOT IN ('OFFLINE', '')",
      [],
      countRow,
    );
    return found;
  });
}

export function observeReplicationFilters(server: MysqlServer): Promise<Seen<ReplicationFilter[]>> {
  return look(() =>
    server.query(
      `SELECT '' AS channel, FILTER_NAME AS name, FILTER_RULE AS rule
         FROM performance_schema.replication_applier_global_filters
       UNION
       SELECT CHANNEL_NAME, FILTER_NAME, FILTER_RULE FROM performance_schema.replication_applier_filters`,
      [],
      filterRow,
    ),
  );
}

/** What --binlog-do-db and --binlog-ignore-db leave out of the binary log; without a binary log nothing is filtered. */
export function observeBinlogFilter(server: MysqlServer, version: ServerVersion): Promise<Seen<BinlogFilter>> {
  return look(async () => {
    const [status] = await server.query(statementsFor(version).showBinaryLogStatus, [], binlogStatusRow);
    return { doDatabases: status?.Binlog_Do_DB ?? "", ignoreDatabases: status?.Binlog_Ignore_DB ?? "" };
  });
}

export function observeRegisteredReplicas(server: MysqlServer): Promise<Seen<string[]>> {
  return look(async () => {
    const rows = await server.query("SHOW REPLICAS", [], replicaRow);
    return rows.map(({ Server_Id, Host, Port }) => (Host === "" ? `server_id ${Server_Id}` : `${Host}:${Port}`));
  });
}

export function observeBinlogReaders(server: MysqlServer): Promise<Seen<number>> {
  return look(async () => {
    const { found } = await server.queryOne(
      "SELECT COUNT(*) AS found FROM performance_schema.threads WHERE PROCESSLIST_COMMAND LIKE 'Binlog Dump%'",
      [],
      countRow,
    );
    return found;
  });
}
