import { z } from "zod";
import { type MysqlServer, type TableName, tableKey } from "../mysql/index.js";
import type { Cell, RowChange } from "./transaction.js";

const columnRow = z.object({ name: z.string() });

/**
 * Gives columns their names, which a binary log only has with binlog_row_metadata=FULL. The names are those that the
 * table has now; where its number of columns has changed, places such as `@3` stay.
 */
export class ColumnNames {
  private readonly known = new Map<string, readonly string[]>();

  constructor(private readonly server: MysqlServer) {}

  async named(row: RowChange): Promise<RowChange> {
    const names = await this.namesOf(row);
    if (names.length !== row.columnCount) return row;
    const rename = ({ column, value }: Cell): Cell => {
      const place = /^@(\d+)$/.exec(column)?.[1];
      return { column: place === undefined ? column : (names[Number(place) - 1] ?? column), value };
    };
    return {
      ...row,
      ...(row.before === undefined ? {} : { before: row.before.map(rename) }),
      ...(row.after === undefined ? {} : { after: row.after.map(rename) }),
    };
  }

  private async namesOf({ schema, table }: TableName): Promise<readonly string[]> {
    const key = tableKey({ schema, table });
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const rows = await this.server.query(
      "SELECT COLUMN_NAME AS name FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? ORDER BY ORDINAL_POSITION",
      [schema, table],
      columnRow,
    );
    const names = rows.map(({ name }) => name);
    this.known.set(key, names);
    return names;
  }
}
