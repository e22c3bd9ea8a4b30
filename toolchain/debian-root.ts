import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { FerryError, type Progress } from "@gtid-ferry/engine/operation";
import { runTool, throttled } from "./command.js";
import { installDebianPackages } from "./debian-packages.js";
import { findProgram } from "./find-program.js";

/** The only suite of Debian that carries MySQL itself. */
const suite = "sid";
const packages = ["mysql-server-core", "mysql-client-core", "zstd", "ca-certificates"];

/**
 * Makes a Debian root directory with MySQL (about 650 MB, one minute), needs root.
 * It appears under its name only when complete.
 */
export async function makeDebianRoot(root: string, logPath: string, progress: Progress): Promise<void> {
  const problem = { failed: "getting MySQL by debootstrap", where: root, next: otherWays };
  if (process.getuid?.() !== 0) {
    throw new FerryError({ ...problem, seen: "this process does not run as root", wanted: "root, or a MySQL given" });
  }
  const debootstrap = findProgram("debootstrap") ?? findProgram("debootstrap", ["/usr/sbin"]);
  if (debootstrap === undefined) {
    await installDebianPackages(["debootstrap", "debian-archive-keyring"], logPath, progress);
  }
  await removeLeftovers(root);
  await mkdir(dirname(root), { recursive: true });
  const unfinished = `${root}.unfinished-${process.pid}`;
  const start = Date.now();
  progress(`MySQL: unpacking Debian ${suite} with ${packages.join(", ")} into ${root}`);
  const { exitCode, ended, lastLines } = await runTool(
    [debootstrap ?? "debootstrap", "--variant=minbase", `--include=${packages.join(",")}`, suite, unfinished],
    {
      timeoutSeconds: 900,
      logPath,
      onLine: throttled((line) => progress(`MySQL: ${line.replace(/^I: /, "")}`), 5),
    },
  );
  if (exitCode !== 0) {
    throw new FerryError({
      ...problem,
      seen: [`debootstrap: ${ended}`, ...lastLines.slice(-8)].join("\n          "),
      wanted: "a complete root directory",
      next: `read ${logPath}; ${otherWays}`,
    });
  }
  await rename(unfinished, root);
  progress(`MySQL: unpacked in ${Math.round((Date.now() - start) / 1000)} s`);
}

const otherWays = "or install MySQL 8.0 or newer and set MYSQL_HOME to its folder";

/** Removes what killed runs left. Their mounts (debootstrap mounts /proc in there) go first, never what is in them. */
async function removeLeftovers(root: string): Promise<void> {
  const folder = dirname(root);
  if (!existsSync(folder)) return;
  const leftovers = (await readdir(folder)).map((name) => join(folder, name)).filter((path) => isLeftover(root, path));
  if (leftovers.length === 0) return;
  const mounts = (await readFile("/proc/self/mounts", "utf8")).split("\n").map((line) => line.split(" ")[1] ?? "");
  for (const leftover of leftovers) {
    for (const mount of mounts.filter((path) => path.startsWith(`${leftover}/`)).reverse()) {
      await runTool(["umount", mount], { timeoutSeconds: 30 });
    }
    await runTool(["rm", "-rf", "--one-file-system", leftover], { timeoutSeconds: 300 });
  }
}

function isLeftover(root: string, path: string): boolean {
  return path.startsWith(`${root}.unfinished-`);
}
