/** One row of `show stat`, by column name. */
export type StatisticsRow = Readonly<Record<string, string>>;

/** Reads the CSV of `show stat`: a `#` before the names of the columns, then a line for each frontend, server, backend. */
export function parseStatistics(text: string): StatisticsRow[] {
  const lines = text.split("\n").map((line) => line.trim());
  const head = lines.findIndex((line) => line.startsWith("# "));
  if (head < 0) return [];
  const columns = lines[head]?.slice(2).split(",") ?? [];
  return lines
    .slice(head + 1)
    .filter((line) => line !== "")
    .map((line) => {
      const values = line.split(",");
      return Object.fromEntries(columns.map((column, index) => [column, values[index] ?? ""]));
    });
}

export function findRow(rows: readonly StatisticsRow[], proxy: string, server: string): StatisticsRow | undefined {
  return rows.find(({ pxname, svname }) => pxname === proxy && svname === server);
}
