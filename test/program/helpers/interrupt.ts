import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import type { TestStack } from "./test-stack.js";

export type Victim = "cli" | "provider";

/**
 * Runs `pulumi up` and, as soon as its output matches `moment`, kills the CLI or the process of the dynamic providers by
 * SIGKILL. Gives the output; an error when the moment never came.
 */
export async function killUp(stack: TestStack, moment: RegExp, victim: Victim): Promise<string> {
  const child = spawn("pulumi", ["up", "--yes", "--stack", stack.project.stack, "--non-interactive", "--color=never"], {
    cwd: stack.project.directory,
    env: stack.project.environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  let killed = false;
  const look = (chunk: Buffer) => {
    output += chunk.toString();
    // The preview comes first and prints plans; the moment is one of the update.
    const update = output.slice(output.indexOf("Updating ("));
    if (killed || !output.includes("Updating (") || !moment.test(update)) return;
    killed = true;
    process.kill(victim === "cli" ? pidOf(child.pid) : providerBelow(pidOf(child.pid)), "SIGKILL");
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

function providerBelow(ancestor: number): number {
  const parents = new Map(processes().map(({ pid, parent }) => [pid, parent]));
  const isBelow = (pid: number | undefined): boolean =>
    pid !== undefined && (pid === ancestor || isBelow(parents.get(pid)));
  const found = processes().find(({ pid, command }) => command.includes("cmd/dynamic-provider") && isBelow(pid));
  if (found === undefined) throw new Error(`process ${ancestor} has no provider process`);
  return found.pid;
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
