import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "@gtid-ferry/engine/operation";
import { type IsolatedEnvironment, shellEnvironment } from "../toolchain/environment.js";
import { ensureHelm } from "../toolchain/helm.js";
import { paths } from "../toolchain/paths.js";
import { ensureToolchain } from "../toolchain/toolchain.js";
import { runContracts } from "./contracts/run.js";
import { runVitest } from "./run-vitest.js";

const progress = (line: string) => console.log(line);

/**
 * Everything: types, lint, format, the contracts of the doubles, then all tests, for which it gets MySQL, S3, Helm and the
 * Pulumi CLI, and for those in a cluster Kubernetes and Vault. With arguments only the tests that they select, and none
 * in a cluster.
 */
async function main(): Promise<number> {
  const { environment } = await ensureToolchain(progress);
  await ensureHelm(progress);
  const vitestArguments = process.argv.slice(2);
  const check = run("npm", ["run", "check"], environment);
  if (check !== 0) return check;
  const isWhole = vitestArguments.length === 0;
  if (isWhole) {
    const contracts = runContracts(environment);
    if (contracts !== 0) return contracts;
  }
  const build = isWhole ? buildForCluster(environment) : undefined;
  const projects = ["unit", "server", "program", ...(isWhole ? [] : ["contracts"])];
  const status = runVitest({ environment, projects, vitestArguments });
  if (isWhole && status === 0) return run("npm", ["run", "test:cluster"], environment);
  build?.kill();
  return status;
}

/**
 * Compiles for minutes, which the tests that come first leave enough of the processors for. Those in a cluster wait for
 * its end, and see for themselves what came of it.
 */
function buildForCluster(environment: IsolatedEnvironment): ChildProcess {
  mkdirSync(paths.logs, { recursive: true });
  const log = openSync(join(paths.logs, "cluster-build.log"), "a");
  const parts = ["kubernetes", "vault", "kubernetes-plugin"];
  return spawn("nice", ["-n", "19", process.execPath, "toolchain/run.mjs", "toolchain/cli.ts", ...parts], {
    cwd: paths.projectRoot,
    env: shellEnvironment(process.env, environment),
    stdio: ["ignore", log, log],
  });
}

function run(command: string, args: readonly string[], environment: IsolatedEnvironment): number {
  const env = shellEnvironment(process.env, environment);
  const { status, error } = spawnSync(command, args, { cwd: paths.projectRoot, env, stdio: "inherit" });
  if (error !== undefined) throw error;
  return status ?? 1;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(messageOf(error));
    process.exitCode = 1;
  },
);
