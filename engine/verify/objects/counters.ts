import { z } from "zod";
import { errnoOf, type MysqlServer, showTable, statement, type TableName, tableKey } from "../../mysql/index.js";
import { fromRows, SYSTEM_SCHEMAS } from "../../tables/index.js";
import { awaitPosition } from "../position.js";
import type { Lane } from "../sessions.js";

/** Below the least table_open_cache in use; each look goes through the names of all tables. */
const TABLES_PER_LOOK = 250;
const GONE = new Set([1049, 1146]);
const tableRow = z.object({ schema: z.string(), table: z.string() });
const counterRow = tableRow.extend({ next: z.string().nullable() });

interface Counter extends TableName {
  readonly next: bigint;
}

/**
 * Tables whose next AUTO_INCREMENT value is lower on the replica, a line each. That is no difference in the data: the
 * primary also counts inserts that were rolled back, and never tells a replica of them.
 */
export async function compareCounters(lane: Lane, hidden: readonly string[]): Promise<string[]> {
  const { primary, replica } = lane;
  const onPrimary = await readCounters(primary, hidden);
  await awaitPosition(lane);
  const onReplica = new Map((await readCounters(replica, hidden)).map((counter) => [tableKey(counter), counter.next]));
  return onPrimary.flatMap((counter) => {
    const [next, later] = [counter.next, onReplica.get(tableKey(counter))];
    if (later === undefined || later >= next) return [];
    return [
      `AUTO_INCREMENT of ${showTable(counter)}: next is ${next} on ${primary.label}, ${later} on ${replica.label}, which would give numbers again that were given to rows never kept; ALTER TABLE ... AUTO_INCREMENT = ${next} on the primary replicates`,
    ];
  });
}

async function readCounters(server: MysqlServer, hidden: readonly string[]): Promise<Counter[]> {
  const tables = await server.query(
    `SELECT TABLE_SCHEMA AS \`schema\`, TABLE_NAME AS \`table\` FROM information_schema.COLUMNS
      WHERE EXTRA LIKE '%auto_increment%' AND TABLE_SCHEMA NOT IN (?)`,
    [[...SYSTEM_SCHEMAS, ...hidden]],
    tableRow,
  );
  const counters: Counter[] = [];
  for (let start = 0; start < tables.length; start += TABLES_PER_LOOK) {
    counters.push(...(await readSome(server, tables.slice(start, start + TABLES_PER_LOOK))));
  }
  return counters;
}

/** Of a table that is not open, information_schema has the last value that was given, not the next (measured on 9.7.4). */
async function readSome(server: MysqlServer, tables: readonly TableName[]): Promise<Counter[]> {
  await openAll(server, tables);
  const rows = await server.query(
    `SELECT TABLE_SCHEMA AS \`schema\`, TABLE_NAME AS \`table\`, CAST(AUTO_INCREMENT AS CHAR) AS next FROM information_schema.TABLES
      WHERE TABLE_SCHEMA IN (?) AND TABLE_NAME IN (?)`,
    [[...new Set(tables.map(({ schema }) => schema))], tables.map(({ table }) => table)],
    counterRow,
  );
  const wanted = new Set(tables.map(tableKey));
  return rows.flatMap(({ next, ...table }) =>
    next === null || !wanted.has(tableKey(table)) ? [] : [{ ...table, next: BigInt(next) }],
  );
}

/** In one round trip; one by one where a table of them has been dropped. */
async function openAll(server: MysqlServer, tables: readonly TableName[]): Promise<void> {
  const [first, second, ...more] = tables.map((table) => statement(`SELECT 1 FROM ${fromRows(table)} LIMIT 0`));
  if (first === undefined) return;
  try {
    await (second === undefined ? server.execute(first.sql) : server.batch(first, second, ...more));
  } catch (error) {
    if (!GONE.has(errnoOf(error) ?? 0)) throw error;
    if (tables.length > 1) for (const table of tables) await openAll(server, [table]);
  }
}
