import { readdirSync, readFileSync, readlinkSync, realpathSync } from "node:fs";

/** The processes below `pid` that run `program`, a path that may lead through links; what those run is not among them. */
export function descendantsOf(pid: number, program: string): readonly number[] {
  return descendantsRunning(pid, realpathSync(program));
}

function descendantsRunning(pid: number, program: string): readonly number[] {
  const children = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => (parentOf(name) === pid && programOf(name) === program ? [Number(name)] : []));
  return children.flatMap((child) => [child, ...descendantsRunning(child, program)]);
}

export function kill(pids: readonly number[]): void {
  for (const pid of pids) ifThere(() => process.kill(pid, "SIGKILL"));
}

function parentOf(pid: string): number | undefined {
  const stat = ifThere(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  // The second field is the program's name in parentheses and may hold blanks and parentheses itself.
  return stat === undefined ? undefined : Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
}

function programOf(pid: string): string | undefined {
  return ifThere(() => readlinkSync(`/proc/${pid}/exe`));
}

/** Undefined where the process has gone meanwhile, or is another user's. */
function ifThere<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ESRCH" || code === "EACCES") return undefined;
    throw error;
  }
}
