import type { Summary } from "../statistics.js";
import type { LoadFigures, VerifierFigures } from "./figures.js";

const COLUMNS = ["", "rows/s", "CPU s/M rows", "rows/s loaded", "writes/s", "p50 ms", "p95 ms", "lag p95 ms"];

/** The medians: a line for the application alone, and one for each verifier. */
export function figuresTable(baseline: LoadFigures, verifiers: ReadonlyMap<string, VerifierFigures>): string {
  const lines = [
    COLUMNS,
    ["baseline (no verification)", "", "", "", ...loadCells(baseline)],
    ...[...verifiers].map(([name, { quiet, loaded }]) => [
      name,
      cell(quiet.rowsPerSecond, 0),
      cell(quiet.cpuSecondsPerMillionRows, 2),
      cell(loaded.rowsPerSecond, 0),
      ...loadCells(loaded),
    ]),
  ];
  const widths = COLUMNS.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const text = lines.map((line) =>
    line.map((word, column) => (column === 0 ? word.padEnd(widths[0] ?? 0) : word.padStart(widths[column] ?? 0))),
  );
  return `${text.map((line) => line.join("  ")).join("\n")}\n`;
}

function loadCells({ transactionsPerSecond, p50Milliseconds, p95Milliseconds, lagP95Milliseconds }: LoadFigures) {
  return [
    cell(transactionsPerSecond, 1),
    cell(p50Milliseconds, 2),
    cell(p95Milliseconds, 2),
    cell(lagP95Milliseconds, 1),
  ];
}

function cell({ median }: Summary, digits: number): string {
  return median.toFixed(digits);
}
