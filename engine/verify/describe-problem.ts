import type { TableProblem } from "./checkpoint.js";

/** What keeps a table's rows from being compared, or named one by one; `replica` is that server's name. */
export function describeProblem(problem: TableProblem, replica: string): string {
  switch (problem.kind) {
    case "missing":
      return `missing on ${replica}`;
    case "surplus":
      return `only on ${replica}`;
    case "definition":
      return `its columns or keys are defined otherwise on ${replica}, so its rows were not compared`;
    case "copies":
      return `rows missing on ${replica}: ${problem.missing}, surplus: ${problem.surplus}; without a unique key they cannot be told apart`;
    case "undecided":
      return `undecided: ${problem.why}`;
  }
}
