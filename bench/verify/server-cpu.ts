import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { TestMysql } from "../../lab/testing.js";

/** Of USER_HZ, which is 100 on every Linux that matters here. */
const TICKS_PER_SECOND = 100;

/** Processor time that the servers have used since they were started, in seconds. */
export function cpuSeconds(servers: readonly TestMysql[]): number {
  return servers.reduce((sum, server) => sum + ticksOf(server) / TICKS_PER_SECOND, 0);
}

function ticksOf({ directory }: TestMysql): number {
  const id = readFileSync(join(directory, "data", "mysqld.pid"), "utf8").trim();
  // The name before the bracket may hold anything; utime and stime are fields 14 and 15.
  const [, fields = ""] = readFileSync(`/proc/${id}/stat`, "utf8").split(") ");
  const [user, system] = fields.split(" ").slice(11, 13);
  return Number(user) + Number(system);
}
