export interface ChecksumOutput {
  readonly tables: readonly string[];
  readonly rows: number;
  /** Lines of tables that differ, could not be read or were not checked as a whole. */
  readonly differences: readonly string[];
}

const TABLE_LINE =
  /^\d\d-\d\dT\d\d:\d\d:\d\d +(?<errors>\d+) +(?<diffs>\d+) +(?<rows>\d+) +\d+ +\d+ +(?<skipped>\d+) +[\d.]+ (?<table>\S+)$/;

/** Reads the lines of pt-table-checksum: TS, ERRORS, DIFFS, ROWS, DIFF_ROWS, CHUNKS, SKIPPED, TIME, TABLE. */
export function parseChecksumOutput(lines: readonly string[]): ChecksumOutput {
  const found = lines.flatMap((line) => {
    const { errors, diffs, rows, skipped, table = "" } = TABLE_LINE.exec(line)?.groups ?? {};
    if (rows === undefined) return [];
    return [{ line, table, rows: Number(rows), isSame: [errors, diffs, skipped].every((count) => count === "0") }];
  });
  return {
    tables: found.map(({ table }) => table),
    rows: found.reduce((sum, { rows }) => sum + rows, 0),
    differences: found.filter(({ isSame }) => !isSame).map(({ line }) => line),
  };
}
