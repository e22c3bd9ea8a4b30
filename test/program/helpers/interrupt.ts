import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import type { TestStack } from "../../../lab/test-stack.js";

export type Victim = "cli" | "provider";

/**
 * Runs `pulumi up` and, as soon as its output matches `moment`, kills the CLI or the processes of the dynamic providers by
 * SIGKILL. Gives the output; an error when the moment never came.
 */
export async function killUp(stack: TestStack, moment: RegExp, victim: Victim): Promise<string> {
  const args = ["up", "--yes", "--skip-preview", "--stack", stack.project.stack, "--non-interactive", "--color=never"];
  const child = spawn("pulumi", args, {
    cwd: stack.project.directory,
    env: stack.project.environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  let killed = false;
  const look = (chunk: Buffer) => {
    output += chunk.toString();
    // Plans only tell what will be done.
    if (killed || !moment.test(output.replaceAll(/^.*plan: .*$/gm, ""))) return;
    killed = true;
    const cli = pidOf(child.pid);
    const below = processesBelow(cli);
    leftBehind.push(...below.map(({ pid }) => pid));
    const providers = below.filter(({ command }) => command.includes("cmd/dynamic-provider"));
    if (providers.length === 0) throw new Error(`process ${cli} has no provider process`);
    for (const pid of victim === "cli" ? [cli] : providers.map(({ pid }) => pid)) process.kill(pid, "SIGKILL");
  };
  child.stdout.on("data", look);
  child.stderr.on("data", look);
  // "exit", not "close": processes that the CLI leaves behind keep its pipes open.
  await new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.stdout.destroy();
  child.stderr.destroy();
  if (!killed) throw new Error(`pulumi up never showed ${moment}:\n${output}`);
  return output;
}

function pidOf(pid: number | undefined): number {
  if (pid === undefined) throw new Error("pulumi did not start");
  return pid;
}

/** Pulumi's own processes, which outlive a killed CLI. */
const leftBehind: number[] = [];

/** Ends what killed runs left behind; call it when no run is under way. */
export function endLeftBehind(): void {
  const running = new Set(
    processes()
      .filter(({ command }) => command.includes("pulumi"))
      .map(({ pid }) => pid),
  );
  for (const pid of leftBehind.splice(0)) if (running.has(pid)) process.kill(pid, "SIGKILL");
}

function processesBelow(ancestor: number) {
  const all = processes();
  const parents = new Map(all.map(({ pid, parent }) => [pid, parent]));
  const isBelow = (pid: number | undefined): boolean =>
    pid !== undefined && (pid === ancestor || isBelow(parents.get(pid)));
  return all.filter(({ pid, parent }) => pid !== ancestor && isBelow(parent));
}

function processes() {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const stat = readOrUndefined(`/proc/${name}/stat`);
      const command = readOrUndefined(`/proc/${name}/cmdline`)?.replaceAll("\0", " ");
      const parent = stat === undefined ? undefined : /\) \S (\d+)/.exec(stat)?.[1];
      return parent === undefined || command === undefined
        ? []
        : [{ pid: Number(name), parent: Number(parent), command }];
    });
}

/** A process may end between the listing and the look. */
function readOrUndefined(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ESRCH"))
      return undefined;
    throw error;
  }
}
