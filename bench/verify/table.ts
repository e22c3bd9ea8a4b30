import type { Summary } from "../statistics.js";
import type { LoadFigures, VerifierFigures } from "./figures.js";

const COLUMNS = ["", "s", "rows/s", "MiB/s", "writes/s", "p50 ms", "p95 ms"];

/** The medians: a line for the application alone, and two for each verifier. */
export function figuresTable(baseline: LoadFigures, verifiers: ReadonlyMap<string, VerifierFigures>): string {
  const lines = [
    COLUMNS,
    ["nobody verifies", "", "", "", ...loadCells(baseline)],
    ...[...verifiers].flatMap(([name, { seconds, rowsPerSecond, mebibytesPerSecond, ...loads }]) => [
      [
        `${name}, ceaselessly`,
        cell(seconds, 2),
        cell(rowsPerSecond, 0),
        cell(mebibytesPerSecond, 1),
        ...loadCells(loads.whileVerifying),
      ],
      [`${name}, once`, "", "", "", ...loadCells(loads.oneVerification)],
    ]),
  ];
  const widths = COLUMNS.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const text = lines.map((line) =>
    line.map((word, column) => (column === 0 ? word.padEnd(widths[0] ?? 0) : word.padStart(widths[column] ?? 0))),
  );
  return `${text.map((line) => line.join("  ")).join("\n")}\n`;
}

function loadCells({ transactionsPerSecond, p50Milliseconds, p95Milliseconds }: LoadFigures): string[] {
  return [cell(transactionsPerSecond, 1), cell(p50Milliseconds, 2), cell(p95Milliseconds, 2)];
}

function cell({ median }: Summary, digits: number): string {
  return median.toFixed(digits);
}
