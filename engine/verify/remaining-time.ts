/** A table of fewer rows takes as long as an empty one. */
const SMALL_ROWS = 1_000;

interface Work {
  readonly rows: number;
  readonly seconds: number;
}

/** Estimates how long tables take: rows take time, and so does every table, however few rows it has. */
export class RemainingTime {
  private small = { tables: 0, seconds: 0 };
  private large: Work = { rows: 0, seconds: 0 };

  /** Hears what one table has taken. */
  observe(rows: number, seconds: number): void {
    if (rows <= SMALL_ROWS) this.small = { tables: this.small.tables + 1, seconds: this.small.seconds + seconds };
    else this.large = add(this.large, { rows, seconds });
  }

  /** Seconds for tables of which `left` are the rows that are left, when the one that is under way has come to `current`. */
  of(left: readonly number[], current: Work): number {
    const large = current.rows > SMALL_ROWS ? add(this.large, current) : this.large;
    const secondsPerRow = large.rows === 0 ? 0 : large.seconds / large.rows;
    const secondsPerTable = this.small.tables === 0 ? 0 : this.small.seconds / this.small.tables;
    return left.reduce((sum, rows) => sum + (rows <= SMALL_ROWS ? secondsPerTable : rows * secondsPerRow), 0);
  }
}

function add(one: Work, other: Work): Work {
  return { rows: one.rows + other.rows, seconds: one.seconds + other.seconds };
}
