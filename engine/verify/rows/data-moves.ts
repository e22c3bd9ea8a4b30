import { z } from "zod";
import type { MysqlServer, TableName } from "../../mysql/index.js";

/** Names as InnoDB writes them, `schema/table` or `schema/table#p#partition`, by the id of the data. */
export type DataNames = ReadonlyMap<string, string>;

export interface DataMoves {
  /** Names under which other data lie now than before; data keep their id when they are renamed. */
  readonly names: ReadonlySet<string>;
  /** Partitions that have become tables, and tables that have become partitions, as `name -> name`. */
  readonly exchanged: readonly string[];
}

const IDS_PER_QUERY = 1_000;
const tableRow = z.object({ id: z.coerce.string(), name: z.string() });

export async function readDataNames(server: MysqlServer): Promise<DataNames> {
  const rows = await server.query(
    "SELECT TABLE_ID AS id, NAME AS name FROM information_schema.INNODB_TABLES WHERE NAME LIKE '%/%'",
    [],
    tableRow,
  );
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** What has been renamed or exchanged since; data that were dropped have not moved. */
export async function readMoves(server: MysqlServer, before: DataNames): Promise<DataMoves> {
  const ids = [...before.keys()];
  const names = new Set<string>();
  const exchanged: string[] = [];
  for (let start = 0; start < ids.length; start += IDS_PER_QUERY) {
    const rows = await server.query(
      "SELECT TABLE_ID AS id, NAME AS name FROM information_schema.INNODB_TABLES WHERE TABLE_ID IN (?)",
      [ids.slice(start, start + IDS_PER_QUERY)],
      tableRow,
    );
    for (const { id, name } of rows) {
      const was = before.get(id);
      if (was === undefined || was === name) continue;
      names.add(withoutPartition(name));
      if (isPartition(was) !== isPartition(name)) exchanged.push(`${was} -> ${name}`);
    }
  }
  return { names, exchanged };
}

/** Whether data moved under this table's name, as far as its name can be told in InnoDB's own spelling. */
export function hasMoved({ schema, table }: TableName, { names }: DataMoves): boolean {
  const [one, other] = [spelled(schema), spelled(table)];
  if (one !== undefined && other !== undefined) return names.has(`${one}/${other}`);
  return [...names].some((name) => !isPlainSpelling(name));
}

function isPartition(name: string): boolean {
  return /#p#/i.test(name);
}

function withoutPartition(name: string): string {
  return name.replace(/#p#.*$/i, "");
}

/** ASCII but letters, digits and `_` is `@` and four hexadecimal digits; what is not ASCII has codes of its own. */
function spelled(name: string): string | undefined {
  if (/[^\0-\x7f]/.test(name)) return undefined;
  return name.replaceAll(/[^0-9A-Za-z_]/g, (character) => `@${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function isPlainSpelling(name: string): boolean {
  return /^([0-9A-Za-z_/]|@00[0-9a-f]{2})*$/.test(name);
}
