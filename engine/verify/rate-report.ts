import { showTable, type TableName, tableKey } from "../mysql/index.js";
import type { Progress } from "../operation/index.js";
import { RemainingTime } from "./remaining-time.js";

const INTERVAL_MILLISECONDS = 5_000;

interface Estimate extends TableName {
  readonly rows: number;
}

/** Says every few seconds how much of how much has been compared, how fast, and how long the rest takes. */
export class RateReport {
  private readonly startedAt = Date.now();
  private readonly left: Map<string, Estimate>;
  private readonly tables: number;
  private readonly time = new RemainingTime();
  private begunAt = Date.now();
  private reportedAt = Date.now();
  private finishedRows = 0;
  private rows = 0;

  constructor(
    tables: readonly Estimate[],
    private readonly progress: Progress,
  ) {
    this.left = new Map(tables.map((table) => [tableKey(table), table]));
    this.tables = tables.length;
  }

  /** Hears how many rows of the table that is being compared are done. */
  count(table: TableName, rows: number): void {
    this.rows = rows;
    this.report(table);
  }

  finishTable(table: TableName, rows: number): void {
    this.time.observe(rows, (Date.now() - this.begunAt) / 1000);
    this.left.delete(tableKey(table));
    this.finishedRows += rows;
    this.rows = 0;
    this.begunAt = Date.now();
    this.report(table);
  }

  private report(table: TableName): void {
    if (Date.now() - this.reportedAt < INTERVAL_MILLISECONDS) return;
    this.reportedAt = Date.now();
    const seconds = (Date.now() - this.startedAt) / 1000;
    const done = this.finishedRows + this.rows;
    const left = [...this.left].map(([key, { rows }]) =>
      key === tableKey(table) ? Math.max(0, rows - this.rows) : rows,
    );
    const all = done + left.reduce((total, rows) => total + rows, 0);
    const current = { rows: this.rows, seconds: (Date.now() - this.begunAt) / 1000 };
    this.progress(
      `comparing ${showTable(table)}: ${show(done)} of about ${show(all)} rows, ${this.tables - this.left.size} of ${this.tables} tables done, ${show(done / seconds)} rows/s, about ${Math.ceil(this.time.of(left, current))} s left`,
    );
  }
}

function show(value: number): string {
  return Math.round(value).toLocaleString("en");
}
