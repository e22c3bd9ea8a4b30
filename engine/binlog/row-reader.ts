import { tableKey } from "../mysql/index.js";
import { HIDDEN, hasCredentials } from "./credentials.js";
import { parseValue, textOf } from "./parse-value.js";
import type { Cell, RowChange, TableChange } from "./transaction.js";

interface Column {
  readonly name: string | undefined;
  readonly isUnsigned: boolean;
}

const OPERATION = /^### (INSERT INTO|UPDATE|DELETE FROM) `((?:[^`]|``)*)`\.`((?:[^`]|``)*)`$/;
const CELL = /^### {3}@(\d+)=(.*)$/s;
const COLUMN = /^# (?:Columns\(| {8})(?:`((?:[^`]|``)*)` )?(.*?)([,)])$/;
/** Of tables with passwords: whose they are. */
const KEY_COLUMNS = 2;
const KINDS = { "INSERT INTO": "insert", UPDATE: "update", "DELETE FROM": "delete" } as const;
const COUNTS = { insert: "inserted", update: "updated", delete: "deleted" } as const;

interface Draft {
  readonly change: Omit<RowChange, "before" | "after">;
  readonly before: Cell[];
  readonly after: Cell[];
}

/** Reads table maps and row events of one transaction: keeps the first rows, counts all. */
export class RowReader {
  readonly rows: RowChange[] = [];
  rowCount = 0;
  /** False after a column that mysqlbinlog cannot print; it then leaves out the rest of that event. */
  isComplete = true;
  private readonly counts = new Map<string, TableChange>();
  private readonly columns = new Map<string, Column[]>();
  private mapped: Column[] | undefined;
  private current: readonly Column[] = [];
  private draft: Draft | undefined;
  private isAfter = false;

  constructor(private readonly rowLimit: number) {}

  get tables(): TableChange[] {
    return [...this.counts.values()];
  }

  /** Begins a Table_map event. */
  map(tableId: string): void {
    this.mapped = [];
    this.columns.set(tableId, this.mapped);
  }

  takeMapLine(line: string): void {
    const [, name, type = "", end] = COLUMN.exec(line) ?? [];
    if (this.mapped === undefined || end === undefined) return;
    const column = { name: name === undefined ? undefined : identifier(name), isUnsigned: / UNSIGNED\b/.test(type) };
    this.mapped.push(column);
    if (end === ")") this.mapped = undefined;
  }

  /** Begins a row event. */
  use(tableId: string): void {
    this.current = this.columns.get(tableId) ?? [];
  }

  takeRowLine(line: string): void {
    if (line === "### SET") this.isAfter = true;
    else if (line.startsWith("###   @")) this.takeCell(line);
    else if (line !== "### WHERE") this.takeOperation(line);
  }

  /** Ends a row event. */
  finishRow(): void {
    if (this.draft === undefined) return;
    const { change, before, after } = this.draft;
    this.rows.push({
      ...change,
      ...(change.kind === "insert" ? {} : { before }),
      // After a column that cannot be printed, mysqlbinlog does not get to the new values.
      ...(this.isAfter ? { after } : {}),
    });
    this.draft = undefined;
  }

  private takeOperation(line: string): void {
    const [, operation, quotedSchema, quotedTable] = OPERATION.exec(line) ?? [];
    if (operation === undefined || quotedSchema === undefined || quotedTable === undefined) {
      this.isComplete = false;
      return;
    }
    this.finishRow();
    const kind = KINDS[operation as keyof typeof KINDS];
    const [schema, table] = [identifier(quotedSchema), identifier(quotedTable)];
    const key = tableKey({ schema, table });
    const counts = this.counts.get(key) ?? { schema, table, inserted: 0, updated: 0, deleted: 0 };
    this.counts.set(key, { ...counts, [COUNTS[kind]]: counts[COUNTS[kind]] + 1 });
    this.rowCount += 1;
    this.isAfter = false;
    if (this.rows.length >= this.rowLimit) return;
    this.draft = { change: { kind, schema, table, columnCount: this.current.length }, before: [], after: [] };
  }

  private takeCell(line: string): void {
    const isUnprintable = line.includes("=!! ");
    if (isUnprintable && /^### {3}@\d+=!! /.test(line)) {
      this.isComplete = false;
      return;
    }
    if (this.draft === undefined) return;
    const [, number, printed = ""] = CELL.exec(line) ?? [];
    const column = this.current[Number(number) - 1];
    const isHidden = Number(number) > KEY_COLUMNS && hasCredentials(this.draft.change);
    const value = isHidden ? HIDDEN : parseValue(printed, column?.isUnsigned ?? false);
    const cell = { column: column?.name ?? `@${number}`, value };
    (this.isAfter ? this.draft.after : this.draft.before).push(cell);
  }
}

function identifier(quoted: string): string {
  return textOf(quoted.replaceAll("``", "`"));
}
