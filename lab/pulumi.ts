import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Progress } from "@gtid-ferry/engine/operation";
import { z } from "zod";

export interface PulumiProject {
  /** Directory of Pulumi.yaml. */
  readonly directory: string;
  readonly stack: string;
  /** Directory of the `file://` backend. */
  readonly backend: string;
  readonly environment: Readonly<Record<string, string>>;
}

export interface PulumiResult {
  readonly exitCode: number;
  /** stdout and stderr as they came. */
  readonly output: string;
}

/** Runs the Pulumi CLI as a user would, passing each line of its output on as it comes. */
export async function runPulumi(
  project: PulumiProject,
  args: readonly string[],
  progress: Progress,
): Promise<PulumiResult> {
  const child = spawn("pulumi", [...args, "--stack", project.stack, "--non-interactive", "--color=never"], {
    cwd: project.directory,
    env: project.environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  let line = "";
  const take = (chunk: Buffer) => {
    output += chunk.toString();
    const lines = (line + chunk.toString()).split("\n");
    line = lines.pop() ?? "";
    for (const whole of lines) progress(whole);
  };
  child.stdout.on("data", take);
  child.stderr.on("data", take);
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 1));
  });
  if (line !== "") progress(line);
  return { exitCode, output };
}

/** Takes away the lock of a run that was killed, and makes the stack unless it is there. */
export async function ensureStack(project: PulumiProject, progress: Progress): Promise<void> {
  for (const pid of lockHolders(project)) {
    if (existsSync(`/proc/${pid}`)) throw new Error(`pulumi runs already on stack ${project.stack}, as process ${pid}`);
    progress(`pulumi process ${pid} was killed and left a lock: pulumi cancel`);
    const cancelled = await runPulumi(project, ["cancel", "--yes"], () => undefined);
    if (cancelled.exitCode !== 0) throw new Error(`pulumi cancel failed:\n${cancelled.output}`);
  }
  const { exitCode, output } = await runPulumi(project, ["stack", "init"], () => undefined);
  if (exitCode !== 0 && !output.includes("already exists")) throw new Error(`pulumi stack init failed:\n${output}`);
}

const lockSchema = z.object({ pid: z.number() });

function lockHolders(project: PulumiProject): number[] {
  const directory = join(project.backend, ".pulumi", "locks", "organization", "gtid-ferry", project.stack);
  if (!existsSync(directory)) return [];
  // Beside each lock lies a file of attributes.
  const locks = readdirSync(directory).filter((file) => file.endsWith(".json"));
  return locks.map((file) => lockSchema.parse(JSON.parse(readFileSync(join(directory, file), "utf8"))).pid);
}

/** The stack's outputs; secret ones are masked. */
export async function stackOutputs(project: PulumiProject): Promise<unknown> {
  const { exitCode, output } = await runPulumi(project, ["stack", "output", "--json"], () => undefined);
  if (exitCode !== 0) throw new Error(`pulumi stack output failed:\n${output}`);
  return JSON.parse(output);
}
