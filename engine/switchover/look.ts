import { dirname } from "node:path";
import { z } from "zod";
import { type HostOptions, withHost } from "../hosts/index.js";
import { askForTransactions, type MysqlServer, readVariables } from "../mysql/index.js";
import type { FreeDisk, RunningWrite } from "./checks.js";

/** Short statements are over before the fence notices them. */
const LONG_WRITE_SECONDS = 1;
const DF_TIMEOUT_SECONDS = 30;

const writeRow = z.object({ sessionId: z.coerce.number(), seconds: z.coerce.number() });
const countRow = z.object({ found: z.coerce.number() });
const directoriesRow = z.object({
  data: z.string(),
  binlog: z.string().nullable(),
  relayLog: z.string().nullable(),
});

/** Statements that hold locks of InnoDB and have been running for a while. */
export async function readRunningWrites(server: MysqlServer): Promise<RunningWrite[]> {
  return askForTransactions((transactions) =>
    server.query(
      `SELECT t.PROCESSLIST_ID AS sessionId, t.PROCESSLIST_TIME AS seconds
         FROM ${transactions} x JOIN performance_schema.threads t ON t.PROCESSLIST_ID = x.trx_mysql_thread_id
        WHERE t.PROCESSLIST_COMMAND = 'Query' AND t.PROCESSLIST_TIME >= ? AND t.TYPE = 'FOREGROUND'
          AND (x.trx_rows_modified > 0 OR x.trx_rows_locked > 0)
        ORDER BY seconds DESC LIMIT 10`,
      [LONG_WRITE_SECONDS],
      writeRow,
    ),
  );
}

export async function countIdleTransactions(server: MysqlServer): Promise<number> {
  const { found } = await askForTransactions((transactions) =>
    server.queryOne(
      `SELECT COUNT(*) AS found
         FROM ${transactions} x JOIN performance_schema.threads t ON t.PROCESSLIST_ID = x.trx_mysql_thread_id
        WHERE t.PROCESSLIST_COMMAND = 'Sleep' AND t.PROCESSLIST_TIME >= 1`,
      [],
      countRow,
    ),
  );
  return found;
}

/** Free bytes where a server keeps data, binary and relay logs; nothing where commands cannot be run on its host. */
export async function readFreeDisk(server: MysqlServer, host: HostOptions | undefined): Promise<FreeDisk[]> {
  if (host === undefined) return [];
  const { data, binlog, relayLog } = await server.queryOne(
    "SELECT @@GLOBAL.datadir AS data, @@GLOBAL.log_bin_basename AS binlog, @@GLOBAL.relay_log_basename AS relayLog",
    [],
    directoriesRow,
  );
  const logs = [binlog, relayLog].flatMap((basename) => (basename === null ? [] : [`${dirname(basename)}/`]));
  const directories = [...new Set([data, ...logs])];
  const argv = ["df", "--block-size=1", "--output=avail", ...directories] as const;
  const { exitCode, stdout, stderr } = await withHost(host, (open) =>
    open.run({ argv, timeoutSeconds: DF_TIMEOUT_SECONDS }),
  );
  if (exitCode !== 0) throw new Error(`df on ${server.label}: ${stderr}`);
  const bytes = stdout.trim().split("\n").slice(1).map(Number);
  return directories.map((directory, index) => ({ label: server.label, directory, bytes: bytes[index] ?? 0 }));
}

/** Whether a server has, and has turned off, what lets it replicate from one of a newer version. */
export async function readRefusesNewerSource(server: MysqlServer): Promise<boolean> {
  const name = "replica_allow_higher_version_source";
  return (await readVariables(server, [name])).get(name) === "OFF";
}
