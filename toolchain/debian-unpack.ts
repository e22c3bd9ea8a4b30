import { mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { FerryError, type Progress } from "@gtid-ferry/engine/operation";
import { runTool } from "./command.js";
import { paths } from "./paths.js";

/**
 * Unpacks packages of a Debian root directory's suite into `target`, without what they depend on and without their
 * scripts: for programs that need nothing but this machine's C library. Appears under its name only when complete.
 */
export async function unpackDebianPackages(
  root: string,
  names: readonly string[],
  target: string,
  progress: Progress,
): Promise<void> {
  progress(`Debian: unpacking ${names.join(", ")} into ${target}`);
  const run = commandRunner(names, target);
  const downloads = await mkdtemp(join(root, "tmp", "unpack-"));
  const unfinished = `${target}.unfinished`;
  try {
    // Without newer lists those that the root directory was made with may still do.
    await runTool(["chroot", root, "apt-get", "update"], { timeoutSeconds: 600, logPath });
    const inRoot = join("/tmp", basename(downloads));
    await run(["chroot", root, "sh", "-c", 'cd "$0" && apt-get download "$@"', inRoot, ...names]);
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished, { recursive: true });
    for (const file of await readdir(downloads)) await run(["dpkg-deb", "-x", join(downloads, file), unfinished]);
    await mkdir(dirname(target), { recursive: true });
    await rename(unfinished, target);
  } finally {
    await rm(downloads, { recursive: true, force: true });
  }
}

const logPath = join(paths.logs, "debian-unpack.log");

function commandRunner(names: readonly string[], target: string) {
  return async (argv: readonly [string, ...string[]]): Promise<void> => {
    const { exitCode, ended, lastLines } = await runTool(argv, { timeoutSeconds: 600, logPath });
    if (exitCode === 0) return;
    throw new FerryError({
      failed: `unpacking ${names.join(", ")}`,
      where: target,
      seen: [`${argv.join(" ")}: ${ended}`, ...lastLines.slice(-8)].join("\n          "),
      wanted: "the packages' files",
      next: `read ${logPath}, correct what it names, run again`,
    });
  };
}
