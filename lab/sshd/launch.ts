import { execFileSync } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { OpensshInstallation } from "../../toolchain/openssh.js";
import { type ProcessIdentity, startDetached } from "../process/index.js";

export interface SshdLaunch {
  readonly directory: string;
  readonly configurationFile: string;
  readonly logPath: string;
  /** Comes before the command: what puts it into a network namespace. */
  readonly prefix: readonly string[];
}

/** Where every sshd of a Linux distribution locks in what has not logged in yet. */
const PRIVILEGE_SEPARATION_DIRECTORY = "/run/sshd";

/** Starts sshd in the foreground, detached from the caller. */
export async function launchSshd(installation: OpensshInstallation, launch: SshdLaunch): Promise<ProcessIdentity> {
  const { sshd, libraryPath } = installation;
  const command = [sshd, "-D", "-e", "-f", launch.configurationFile] as const;
  const [program, ...rest] = [...launch.prefix, ...(await asRootNeeds(launch.directory, command))];
  return await startDetached({
    argv: [program ?? sshd, ...rest],
    workingDirectory: launch.directory,
    logPath: launch.logPath,
    ...(libraryPath === undefined ? {} : { environment: { LD_LIBRARY_PATH: libraryPath } }),
  });
}

/**
 * Run by root, sshd wants a user of its own. Where this machine has none it gets an /etc/passwd that only it and its
 * sessions see.
 */
async function asRootNeeds(directory: string, command: readonly string[]): Promise<readonly string[]> {
  if (process.getuid?.() !== 0) return command;
  await mkdir(PRIVILEGE_SEPARATION_DIRECTORY, { recursive: true, mode: 0o755 });
  if (userExists("sshd")) return command;
  const passwd = join(directory, "passwd");
  const own = await readFile("/etc/passwd", "utf8");
  await writeFile(passwd, `${own.trimEnd()}\nsshd:x:65533:65534::${PRIVILEGE_SEPARATION_DIRECTORY}:/bin/false\n`);
  return ["unshare", "--mount", "sh", "-c", 'mount --bind "$0" /etc/passwd && exec "$@"', passwd, ...command];
}

function userExists(name: string): boolean {
  return execFileSync("cut", ["-d:", "-f1", "/etc/passwd"], { encoding: "utf8" }).split("\n").includes(name);
}
