import { z } from "zod";
import { errnoOf, type MysqlServer } from "../mysql/index.js";

/** What the error logs of both servers say of a receiver that does not get through. */
export interface ReceiverLog {
  /** Why the source has ended the replication account's newest connection. */
  readonly source: string | undefined;
  /** The newest error of the channel's receiver. */
  readonly replica: string | undefined;
}

interface Place {
  readonly channel: string;
  readonly user: string;
  /** Older entries are of other runs. */
  readonly withinSeconds: number;
}

const row = z.object({ data: z.string() });

/** ER_ABORTING_USER_CONNECTION: a connection that the server has ended, with the reason in parentheses. */
const ABORTED_CONNECTION = "MY-013130";

/** Both are empty where the log does not hold warnings (log_error_verbosity 1), or the account may not read it. */
export async function readReceiverLog(source: MysqlServer, replica: MysqlServer, place: Place): Promise<ReceiverLog> {
  const { channel, user, withinSeconds } = place;
  const aborted = await newest(
    source,
    "ERROR_CODE = ? AND LOCATE(?, DATA) > 0",
    [ABORTED_CONNECTION, `user: '${user}'`],
    withinSeconds,
  );
  const failed = await newest(
    replica,
    "PRIO = 'Error' AND SUBSYSTEM = 'Repl' AND LOCATE(?, DATA) > 0",
    [`I/O for channel '${channel}'`],
    withinSeconds,
  );
  return { source: aborted === undefined ? undefined : reasonOf(aborted), replica: failed };
}

/** Whether the source will end every connection of that account in the same way. */
export function isHopeless({ source }: ReceiverLog): boolean {
  return source?.includes("init_connect command failed") === true;
}

async function newest(
  server: MysqlServer,
  condition: string,
  values: readonly string[],
  withinSeconds: number,
): Promise<string | undefined> {
  try {
    const [entry] = await server.query(
      `SELECT DATA AS data FROM performance_schema.error_log
        WHERE LOGGED >= NOW(6) - INTERVAL ? SECOND AND ${condition} ORDER BY LOGGED DESC LIMIT 1`,
      [withinSeconds, ...values],
      row,
    );
    return entry?.data;
  } catch (error) {
    // It only explains; an administrator who may not read it waits without.
    if (errnoOf(error) === undefined) throw error;
    return undefined;
  }
}

function reasonOf(aborted: string): string {
  return /\((.*)\)$/s.exec(aborted)?.[1] ?? aborted;
}
