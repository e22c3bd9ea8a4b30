import { readFileSync } from "node:fs";
import { z } from "zod";
import type { IsolatedEnvironment } from "../../toolchain/environment.js";
import { runVitest, vitestResults } from "../run-vitest.js";
import { TAKEN } from "./taken.js";

const PROJECTS = ["contracts"];
const resultsSchema = z.object({
  testResults: z.array(
    z.object({
      assertionResults: z.array(z.object({ ancestorTitles: z.array(z.string()), status: z.string() })),
    }),
  ),
});

/** Runs the suites of all doubles, and prints of each how many rules it has and how many wrong calls it refused. */
export function runContracts(environment: IsolatedEnvironment, vitestArguments: readonly string[] = []): number {
  const status = runVitest({ environment, projects: PROJECTS, vitestArguments });
  const { testResults } = resultsSchema.parse(JSON.parse(readFileSync(vitestResults(PROJECTS), "utf8")));
  const doubles = new Map<string, { readonly rules: Set<string>; refused: number }>();
  for (const { ancestorTitles, status: state } of testResults.flatMap(({ assertionResults }) => assertionResults)) {
    const [double = "", rule = ""] = ancestorTitles;
    const counts = doubles.get(double) ?? { rules: new Set<string>(), refused: 0 };
    doubles.set(double, counts);
    if (rule === TAKEN || state !== "passed") continue;
    counts.rules.add(rule);
    counts.refused += 1;
  }
  for (const [double, { rules, refused }] of doubles) {
    console.log(`contract ${double}: ${rules.size} rules, ${refused} wrong calls refused`);
  }
  const all = [...doubles.values()];
  const rules = all.reduce((sum, counts) => sum + counts.rules.size, 0);
  const refused = all.reduce((sum, counts) => sum + counts.refused, 0);
  console.log(`contracts: ${doubles.size} doubles, ${rules} rules, ${refused} wrong calls refused`);
  return status;
}
