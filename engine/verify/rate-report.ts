import type { Progress } from "../operation/index.js";
import { type TableShape, tableId } from "../tables/index.js";

const INTERVAL_MILLISECONDS = 5_000;

/** Says every few seconds how much of how much has been compared, how fast, and how long the rest takes. */
export class RateReport {
  private readonly startedAt = Date.now();
  private readonly counted = new Map<string, number>();
  private readonly estimates: ReadonlyMap<string, number>;
  private reportedAt = Date.now();
  private finished = 0;

  constructor(
    tables: readonly TableShape[],
    private readonly progress: Progress,
  ) {
    this.estimates = new Map(tables.map((table) => [tableId(table), table.rows]));
  }

  count(table: string, rows: number): void {
    this.counted.set(table, rows);
    if (Date.now() - this.reportedAt < INTERVAL_MILLISECONDS) return;
    this.reportedAt = Date.now();
    const done = sum(this.counted.values());
    const all = sum([...this.estimates].map(([name, estimate]) => Math.max(estimate, this.counted.get(name) ?? 0)));
    const rate = done / ((Date.now() - this.startedAt) / 1000);
    const left = Math.max(0, all - done) / Math.max(rate, 1);
    this.progress(
      `comparing ${table}: ${show(done)} of about ${show(all)} rows, ${this.finished} of ${this.estimates.size} tables done, ${show(rate)} rows/s, about ${Math.ceil(left)} s left`,
    );
  }

  finishTable(table: string): void {
    this.finished += 1;
    // An estimate may be far off; what is done is known.
    if (!this.counted.has(table)) this.counted.set(table, this.estimates.get(table) ?? 0);
  }
}

function sum(numbers: Iterable<number>): number {
  return [...numbers].reduce((total, number) => total + number, 0);
}

function show(value: number): string {
  return Math.round(value).toLocaleString("en");
}
