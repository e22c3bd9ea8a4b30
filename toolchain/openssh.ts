import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { FerryError, type Progress } from "@gtid-ferry/engine/operation";
import { runTool } from "./command.js";
import { findProgram } from "./find-program.js";
import { withLock } from "./lock.mjs";
import { paths } from "./paths.js";

export interface OpensshInstallation {
  readonly sshd: string;
  readonly sshKeygen: string;
  /** To be set for sshd where it was unpacked instead of installed. */
  readonly libraryPath: string | undefined;
}

const PACKAGES = ["openssh-server", "openssh-client", "libwrap0"];
const unpacked = paths.openssh;

/** Finds sshd on this machine, else unpacks its distribution's own package, which is not installed: that would start it. */
export function ensureOpenssh(progress: Progress): Promise<OpensshInstallation> {
  return withLock(join(paths.locks, "openssh"), progress, async () => {
    const sshd = findProgram("sshd", SYSTEM_FOLDERS);
    const sshKeygen = findProgram("ssh-keygen") ?? findProgram("ssh-keygen", SYSTEM_FOLDERS);
    if (sshd !== undefined && sshKeygen !== undefined) return { sshd, sshKeygen, libraryPath: undefined };
    if (!existsSync(unpacked)) await unpack(progress);
    return {
      sshd: join(unpacked, "usr/sbin/sshd"),
      sshKeygen: join(unpacked, "usr/bin/ssh-keygen"),
      libraryPath: await libraryPathOf(unpacked),
    };
  });
}

const SYSTEM_FOLDERS = ["/usr/sbin", "/usr/bin"];

async function libraryPathOf(root: string): Promise<string> {
  const names = await readdir(join(root, "usr/lib"));
  const triplets = names.filter((name) => name.includes("-linux-gnu"));
  return [
    ...triplets.map((name) => join(root, "usr/lib", name)),
    ...triplets.map((name) => join(root, "lib", name)),
  ].join(":");
}

async function unpack(progress: Progress): Promise<void> {
  progress(`OpenSSH: unpacking ${PACKAGES.join(", ")} into ${unpacked}`);
  const logPath = join(paths.logs, "openssh.log");
  const unfinished = `${unpacked}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  const options = { timeoutSeconds: 300, logPath, workingDirectory: unfinished };
  const download = ["apt-get", "download", ...PACKAGES] as const;
  let run = await runTool(download, options);
  if (run.exitCode !== 0) {
    // The lists of packages may be old, or missing.
    await runTool(["apt-get", "update"], options);
    run = await runTool(download, options);
  }
  const archives = (await readdir(unfinished)).filter((name) => name.endsWith(".deb"));
  for (const archive of archives) {
    if (run.exitCode === 0) run = await runTool(["dpkg-deb", "--extract", archive, "."], options);
    await rm(join(unfinished, archive));
  }
  if (run.exitCode !== 0) {
    throw new FerryError({
      failed: "getting OpenSSH's server",
      where: "this machine",
      seen: [`apt-get or dpkg-deb: ${run.ended}`, ...run.lastLines.slice(-6)].join("\n          "),
      wanted: `the packages ${PACKAGES.join(", ")}`,
      next: `read ${logPath}, or install openssh-server with this machine's package manager`,
    });
  }
  await rename(unfinished, unpacked);
}
