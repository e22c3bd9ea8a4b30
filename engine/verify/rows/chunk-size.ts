/** Before anything is known of a table. */
export const FIRST_ROWS = 1_000;
const LEAST_ROWS = 100;
const MOST_ROWS = 1_000_000;
const GREATEST_GROWTH = 4;

/** How many rows the next chunk has, so that reading it takes about `targetSeconds` on the slower server. */
export class ChunkSize {
  private current = FIRST_ROWS;
  private leastSecondsPerRow = Number.POSITIVE_INFINITY;

  constructor(private readonly targetSeconds: number) {}

  get rows(): number {
    return this.current;
  }

  /** Hears what a chunk took. Gives how many times longer its rows took than those of the table's fastest chunk. */
  observe(rows: number, seconds: number): number {
    if (rows === 0) return 1;
    const factor = Math.min(GREATEST_GROWTH, this.targetSeconds / Math.max(seconds, 0.001));
    this.current = Math.round(Math.min(MOST_ROWS, Math.max(LEAST_ROWS, rows * factor)));
    // A small chunk's time is mostly the round trip's.
    if (rows < FIRST_ROWS) return 1;
    const secondsPerRow = seconds / rows;
    this.leastSecondsPerRow = Math.min(this.leastSecondsPerRow, secondsPerRow);
    return secondsPerRow / this.leastSecondsPerRow;
  }
}
