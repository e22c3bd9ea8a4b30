import type { BinlogTransaction } from "../binlog/index.js";
import { type TableName, tableKey } from "../mysql/index.js";

/** Transactions that changed rows of the same tables, and nothing else. */
interface Group {
  readonly tables: readonly TableName[];
  readonly gtids: string[];
}

/** What has been found equal, and what has not. */
export interface SettledChanges {
  readonly equal: readonly string[];
  readonly changed: readonly string[];
  /** Tables of the changed ones, each once. */
  readonly changedTables: readonly TableName[];
}

/** Gathers transactions by the tables that they changed, so that each set of tables is compared once. */
export class ChangesByTable {
  private readonly groups = new Map<string, Group>();

  add({ gtid, tables }: BinlogTransaction): void {
    const names = tables.map(({ schema, table }) => ({ schema, table }));
    const key = JSON.stringify(names);
    const group = this.groups.get(key);
    if (group === undefined) this.groups.set(key, { tables: names, gtids: [gtid] });
    else group.gtids.push(gtid);
  }

  async settle(isEqualOnSource: (tables: readonly TableName[]) => Promise<boolean>): Promise<SettledChanges> {
    const equal: string[] = [];
    const changed: string[] = [];
    const tables = new Map<string, TableName>();
    for (const group of this.groups.values()) {
      const isEqual = await isEqualOnSource(group.tables);
      for (const gtid of group.gtids) (isEqual ? equal : changed).push(gtid);
      if (!isEqual) for (const table of group.tables) tables.set(tableKey(table), table);
    }
    return { equal, changed, changedTables: [...tables.values()] };
  }
}
