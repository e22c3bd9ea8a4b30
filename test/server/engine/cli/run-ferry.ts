import { spawn } from "node:child_process";
import { delimiter, dirname, resolve } from "node:path";
import type { ConnectionOptions } from "@gtid-ferry/engine/mysql";
import { testInstallation } from "../../../../lab/testing.js";

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `ferry` with both servers given by the environment, as a user's shell has them. */
export async function runFerry(
  { source, target }: Readonly<Record<"source" | "target", ConnectionOptions>>,
  argv: readonly string[],
): Promise<Ended> {
  return runFerryWith(argv, {
    FERRY_SOURCE: `${source.user}@${source.host}:${source.port}`,
    FERRY_SOURCE_PASSWORD: source.password,
    FERRY_TARGET: `${target.user}@${target.host}:${target.port}`,
    FERRY_TARGET_PASSWORD: target.password,
  });
}

/** Runs `ferry` with no more of an environment than is given, and with this text as standard input. */
export async function runFerryWith(
  argv: readonly string[],
  environment: Readonly<Record<string, string>>,
  stdin = "",
): Promise<Ended> {
  const main = resolve(__dirname, "../../../../engine/cli/main.ts");
  const { mysqlbinlog } = await testInstallation();
  const child = spawn(process.execPath, ["--import", "tsx", main, ...argv], {
    env: { PATH: [dirname(mysqlbinlog), process.env.PATH].join(delimiter), ...environment },
  });
  child.stdin.end(stdin);
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (data) => {
    stdout += String(data);
  });
  child.stderr.on("data", (data) => {
    stderr += String(data);
  });
  return new Promise((done, fail) => {
    child.once("error", fail);
    child.once("close", (code) => done({ code, stdout, stderr }));
  });
}
