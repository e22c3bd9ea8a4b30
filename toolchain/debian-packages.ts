import { join } from "node:path";
import { FerryError, type Problem, type Progress } from "@gtid-ferry/engine/operation";
import { runTool } from "./command.js";
import { findProgram } from "./find-program.js";
import { withLock } from "./lock.mjs";
import { paths } from "./paths.js";

/** Installs packages of this machine's own distribution with apt-get; needs root. */
export async function installDebianPackages(
  names: readonly string[],
  logPath: string,
  progress: Progress,
): Promise<void> {
  const problem = {
    failed: `installing ${names.join(", ")}`,
    where: "this machine",
    wanted: "apt-get, run as root",
    next: `install ${names.join(" and ")} with this machine's package manager, then run again`,
  };
  if (findProgram("apt-get") === undefined) throw new FerryError({ ...problem, seen: "no apt-get on PATH" });
  if (process.getuid?.() !== 0) throw new FerryError({ ...problem, seen: "this process does not run as root" });
  // apt-get itself gives up at once while another one runs.
  await withLock(join(paths.locks, "apt"), progress, () => aptInstall(names, logPath, progress, problem));
}

async function aptInstall(
  names: readonly string[],
  logPath: string,
  progress: Progress,
  problem: Omit<Problem, "seen">,
): Promise<void> {
  progress(`apt-get install ${names.join(" ")}`);
  const options = { timeoutSeconds: 600, logPath, environment: { DEBIAN_FRONTEND: "noninteractive" } };
  await runTool(["apt-get", "update"], options);
  const installed = await runTool(["apt-get", "install", "-y", "--no-install-recommends", ...names], options);
  if (installed.exitCode !== 0) {
    const seen = [`apt-get: ${installed.ended}`, ...installed.lastLines.slice(-8)].join("\n          ");
    throw new FerryError({ ...problem, seen, wanted: "the packages installed", next: `read ${logPath}` });
  }
}
