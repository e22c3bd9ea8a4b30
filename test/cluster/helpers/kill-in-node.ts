import { readdirSync, readFileSync } from "node:fs";

/** SIGKILL to the first process of the pod's container that runs this program; nothing inside of it can do that. */
export function killInNode(podUid: string, program: string): void {
  const found = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && isFirst(name, podUid, program));
  const [pid] = found;
  if (pid === undefined || found.length > 1) throw new Error(`${found.length} containers of ${podUid} run ${program}`);
  process.kill(Number(pid), "SIGKILL");
}

function isFirst(pid: string, podUid: string, program: string): boolean {
  try {
    const [name] = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
    if (name !== program || !readFileSync(`/proc/${pid}/cgroup`, "utf8").includes(`pod${podUid}/`)) return false;
    // A number for each namespace of process ids, from the outermost in.
    return /^NSpid:\t\d+\t(.*\t)?1$/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch (error) {
    // Ended meanwhile.
    if (["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) return false;
    throw error;
  }
}
