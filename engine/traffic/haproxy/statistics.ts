/** One row of `show stat`, by column name. */
export type StatisticsRow = Readonly<Record<string, string>>;

const CELL = /(?<=^|,)(?:"((?:[^"]|"")*)"|([^,"]*))(?=,|$)/g;

/** Reads the CSV of `show stat`: a `#` before the names of the columns, then a line for each frontend, server, backend. */
export function parseStatistics(text: string): StatisticsRow[] {
  const lines = text.split("\n").map((line) => line.trim());
  const head = lines.findIndex((line) => line.startsWith("# "));
  if (head < 0) return [];
  const columns = cellsOf(lines[head]?.slice(2) ?? "");
  return lines
    .slice(head + 1)
    .filter((line) => line !== "")
    .map((line) => {
      const values = cellsOf(line);
      return Object.fromEntries(columns.map((column, index) => [column, values[index] ?? ""]));
    });
}

/** What a health check said stands in quotes, with commas of its own. */
function cellsOf(line: string): string[] {
  return [...line.matchAll(CELL)].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? "");
}

export function findRow(rows: readonly StatisticsRow[], proxy: string, server: string): StatisticsRow | undefined {
  return rows.find(({ pxname, svname }) => pxname === proxy && svname === server);
}

/** Whether new connections of a frontend wait: its limit of connections is 0. */
export function isHeld(rows: readonly StatisticsRow[], frontend: string): boolean {
  return findRow(rows, frontend, "FRONTEND")?.slim === "0";
}
