import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { type IsolatedEnvironment, shellEnvironment } from "../toolchain/environment.js";
import { paths } from "../toolchain/paths.js";

export interface VitestRun {
  readonly environment: IsolatedEnvironment;
  /** Of vitest.config.mts. */
  readonly projects: readonly string[];
  /** For the tests, beside the toolchain's. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly vitestArguments: readonly string[];
}

const totals = z.object({ numPassedTests: z.number(), numFailedTests: z.number() });

/** Runs the tests of some projects, prints how many passed and failed, and gives the exit code. */
export function runVitest({ environment, projects, variables = {}, vitestArguments }: VitestRun): number {
  const results = vitestResults(projects);
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${results}`];
  const selected = projects.flatMap((name) => ["--project", name]);
  const { status, error } = spawnSync(
    join(paths.projectRoot, "node_modules", ".bin", "vitest"),
    ["run", ...selected, ...reporters, ...vitestArguments],
    {
      cwd: paths.projectRoot,
      env: { ...shellEnvironment(process.env, environment), ...variables },
      stdio: "inherit",
    },
  );
  if (error !== undefined) throw error;
  const { numPassedTests, numFailedTests } = totals.parse(JSON.parse(readFileSync(results, "utf8")));
  console.log(`${projects.join(", ")}: ${numPassedTests} passed, ${numFailedTests} failed`);
  return status ?? 1;
}

/** Where a run of these projects has left its results, as JSON. */
export function vitestResults(projects: readonly string[]): string {
  return join(paths.ferry, "test", `results-${projects.join("-")}.json`);
}
