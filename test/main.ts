import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { shellEnvironment } from "../toolchain/environment.js";
import { paths } from "../toolchain/paths.js";
import { ensureToolchain } from "../toolchain/toolchain.js";

/** Everything: types, lint, format, then all tests, for which it gets MySQL, S3 and the Pulumi CLI. */
async function main(): Promise<number> {
  const toolchain = await ensureToolchain((line) => console.log(line));
  const environment = shellEnvironment(process.env, toolchain.environment);
  const check = run("npm", ["run", "check"], environment);
  if (check !== 0) return check;
  const results = join(paths.ferry, "test", "results.json");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${results}`];
  const status = run(
    join(paths.projectRoot, "node_modules", ".bin", "vitest"),
    ["run", ...reporters, ...process.argv.slice(2)],
    environment,
  );
  printTotals(results);
  return status;
}

function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv): number {
  const { status, error } = spawnSync(command, args, { cwd: paths.projectRoot, env, stdio: "inherit" });
  if (error !== undefined) throw error;
  return status ?? 1;
}

const totals = z.object({ numPassedTests: z.number(), numFailedTests: z.number() });

function printTotals(file: string): void {
  const { numPassedTests, numFailedTests } = totals.parse(JSON.parse(readFileSync(file, "utf8")));
  console.log(`${numPassedTests} passed, ${numFailedTests} failed`);
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
