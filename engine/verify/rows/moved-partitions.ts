import { z } from "zod";
import type { MysqlServer } from "../../mysql/index.js";

/** Names of partitions, as InnoDB writes them, by the id of their data. */
export type Partitions = ReadonlyMap<string, string>;

const IDS_PER_QUERY = 1_000;
const tableRow = z.object({ id: z.coerce.string(), name: z.string() });

/** Every partition's data: it keeps its id when EXCHANGE PARTITION gives it to another table. */
export async function readPartitions(server: MysqlServer): Promise<Partitions> {
  const rows = await server.query(
    "SELECT TABLE_ID AS id, NAME AS name FROM information_schema.INNODB_TABLES WHERE NAME LIKE '%#p#%'",
    [],
    tableRow,
  );
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** Partitions whose data now belong to something else, as `name -> name`. What was dropped is not one. */
export async function readMoved(server: MysqlServer, before: Partitions): Promise<string[]> {
  const ids = [...before.keys()];
  const moved: string[] = [];
  for (let start = 0; start < ids.length; start += IDS_PER_QUERY) {
    const rows = await server.query(
      "SELECT TABLE_ID AS id, NAME AS name FROM information_schema.INNODB_TABLES WHERE TABLE_ID IN (?)",
      [ids.slice(start, start + IDS_PER_QUERY)],
      tableRow,
    );
    moved.push(...rows.flatMap(({ id, name }) => (before.get(id) === name ? [] : [`${before.get(id)} -> ${name}`])));
  }
  return moved;
}
