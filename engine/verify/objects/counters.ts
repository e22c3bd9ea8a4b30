import { z } from "zod";
import type { MysqlServer } from "../mysql/index.js";
import { SYSTEM_SCHEMAS } from "../tables/index.js";
import { awaitPosition } from "./position.js";

const counterRow = z.object({ table: z.string(), next: z.coerce.string() });

/**
 * Tables whose next AUTO_INCREMENT value is lower on the target, a line each. That is no difference in the data: the
 * source also counts inserts that were rolled back, and never tells a replica of them.
 */
export async function compareCounters(
  source: MysqlServer,
  target: MysqlServer,
  hidden: readonly string[],
  lagTimeoutSeconds: number,
): Promise<string[]> {
  const onSource = await readCounters(source, hidden);
  await awaitPosition(source, target, lagTimeoutSeconds);
  const onTarget = await readCounters(target, hidden);
  return [...onSource].flatMap(([table, next]) => {
    const later = onTarget.get(table);
    if (later === undefined || later >= next) return [];
    return [
      `AUTO_INCREMENT of ${table}: ${next} comes next on the source, ${later} on the target, which would give numbers again that the source gave to rows it never kept; ALTER TABLE ... AUTO_INCREMENT = ${next} on the primary replicates`,
    ];
  });
}

async function readCounters(server: MysqlServer, hidden: readonly string[]): Promise<Map<string, bigint>> {
  // Else MySQL answers with what it knew a day ago.
  await server.execute("SET SESSION information_schema_stats_expiry = 0");
  const rows = await server.query(
    `SELECT CONCAT(TABLE_SCHEMA, '.', TABLE_NAME) AS \`table\`, CAST(AUTO_INCREMENT AS CHAR) AS next
       FROM information_schema.TABLES WHERE AUTO_INCREMENT IS NOT NULL AND TABLE_SCHEMA NOT IN (?)`,
    [[...SYSTEM_SCHEMAS, ...hidden]],
    counterRow,
  );
  return new Map(rows.map(({ table, next }) => [table, BigInt(next)]));
}
