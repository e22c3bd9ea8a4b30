import { z } from "zod";
import { GtidSet } from "../gtid/index.js";
import type { MysqlServer } from "../mysql/index.js";

const fileRow = z.object({ Log_name: z.string() });
const eventRow = z.object({ Event_type: z.string(), Info: z.string() });

/** The binary log files that a server still has, oldest first. */
export async function listBinlogFiles(server: MysqlServer): Promise<string[]> {
  const files = await server.query("SHOW BINARY LOGS", [], fileRow);
  return files.map(({ Log_name }) => Log_name);
}

/** Everything that was logged before this file. Reads no more than the file's first events. */
export async function readPreviousGtids(server: MysqlServer, file: string): Promise<GtidSet> {
  const events = await server.query("SHOW BINLOG EVENTS IN ? LIMIT 3", [file], eventRow);
  const previous = events.find(({ Event_type }) => Event_type === "Previous_gtids");
  if (previous === undefined) throw new Error(`${server.label}: ${file} does not begin with Previous_gtids`);
  return GtidSet.parse(previous.Info);
}
