import { spawn } from "node:child_process";
import type { TestStack } from "../../../lab/test-stack.js";

export interface PipeResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a line of shell where the stack's project is, with that stack selected, as in a user's own shell. */
export async function runPipe(stack: TestStack, line: string): Promise<PipeResult> {
  const child = spawn("bash", ["-o", "pipefail", "-c", line], {
    cwd: stack.project.directory,
    env: { ...stack.project.environment, PULUMI_STACK: stack.project.stack },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (data) => {
    stdout += String(data);
  });
  child.stderr.on("data", (data) => {
    stderr += String(data);
  });
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 1));
  });
  return { exitCode, stdout, stderr };
}
