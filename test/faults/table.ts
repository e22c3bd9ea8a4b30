import { STEPS, type SwitchoverStep } from "@gtid-ferry/engine/switchover";
import type { CaseResult } from "./run-case.js";

/** Faults by rows, steps by columns; each cell says what came of it, with the pause in milliseconds, or `!` and why below. */
export function renderTable(results: readonly CaseResult[]): string {
  const faults = [...new Set(results.map(({ fault }) => fault))];
  const cell = (fault: string, step: SwitchoverStep) => {
    const result = results.find((candidate) => candidate.fault === fault && candidate.step === step);
    if (result === undefined) return "-";
    return `${result.violations.length > 0 ? "! " : ""}${result.outcome} ${result.pauseMilliseconds}`;
  };
  const rows = [["fault", ...STEPS], ...faults.map((fault) => [fault, ...STEPS.map((step) => cell(fault, step))])];
  const widths = STEPS.map((_, index) => Math.max(...rows.map((row) => row[index + 1]?.length ?? 0)));
  const first = Math.max(...rows.map(([name = ""]) => name.length));
  const lines = rows.map(([name = "", ...cells]) =>
    [name.padEnd(first), ...cells.map((text, index) => text.padEnd(widths[index] ?? 0))].join("  ").trimEnd(),
  );
  const broken = results.flatMap(({ fault, step, violations }) =>
    violations.map((text) => `! ${fault} at ${step}: ${text}`),
  );
  return [...lines, "", ...broken, summary(results, broken.length)].join("\n");
}

function summary(results: readonly CaseResult[], violations: number): string {
  const longest = Math.max(0, ...results.map(({ pauseMilliseconds }) => pauseMilliseconds));
  const acknowledged = results.reduce((sum, result) => sum + result.acknowledged, 0);
  return `${results.length} cases, ${violations} violations, ${acknowledged} acknowledged writes, longest pause ${longest} ms`;
}
