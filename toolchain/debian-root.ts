import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { FerryError, type Progress } from "@gtid-ferry/engine/operation";
import { runTool, throttled } from "./command.js";
import { installDebianPackages } from "./debian-packages.js";
import { findProgram } from "./find-program.js";
import { paths } from "./paths.js";
import type { WrapperTarget } from "./program-wrapper.js";

/** The only suite of Debian that carries MySQL itself. */
const suite = "sid";
const packages = ["mysql-server-core", "mysql-client-core", "zstd", "ca-certificates", "haproxy"];

/** Makes the Debian root directory that the lab's programs come from, unless it is there. Needs root then. */
export async function ensureDebianRoot(root: string, progress: Progress): Promise<void> {
  if (!existsSync(root)) await makeDebianRoot(root, join(paths.logs, "debootstrap.log"), progress);
}

/** It takes about 650 MB and one minute, and appears under its name only when complete. */
async function makeDebianRoot(root: string, logPath: string, progress: Progress): Promise<void> {
  const problem = { failed: "getting programs by debootstrap", where: root, next: otherWays };
  if (process.getuid?.() !== 0) {
    throw new FerryError({
      ...problem,
      seen: "this process does not run as root",
      wanted: "root, or MySQL and HAProxy given",
    });
  }
  const debootstrap = findProgram("debootstrap") ?? findProgram("debootstrap", ["/usr/sbin"]);
  if (debootstrap === undefined) {
    await installDebianPackages(["debootstrap", "debian-archive-keyring"], logPath, progress);
  }
  await removeLeftovers(root);
  await mkdir(dirname(root), { recursive: true });
  const unfinished = `${root}.unfinished-${process.pid}`;
  const start = Date.now();
  progress(`Debian ${suite}: unpacking ${packages.join(", ")} into ${root}`);
  const { exitCode, ended, lastLines } = await runTool(
    [debootstrap ?? "debootstrap", "--variant=minbase", `--include=${packages.join(",")}`, suite, unfinished],
    {
      timeoutSeconds: 900,
      logPath,
      onLine: throttled((line) => progress(`Debian ${suite}: ${line.replace(/^I: /, "")}`), 5),
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
  progress(`Debian ${suite}: unpacked in ${Math.round((Date.now() - start) / 1000)} s`);
}

const otherWays =
  "or install MySQL 8.0 or newer and HAProxy 2.8 or newer (on PATH, or in the folders of MYSQL_HOME and HAPROXY_HOME)";

/** Adds a package to a root directory that was made before it was needed. */
export async function addToDebianRoot(root: string, name: string, progress: Progress): Promise<void> {
  progress(`Debian ${suite}: adding ${name} to ${root}`);
  const logPath = join(paths.logs, "debootstrap.log");
  const options = { timeoutSeconds: 600, logPath, environment: { DEBIAN_FRONTEND: "noninteractive" } };
  // An installation that was killed must be brought to its end before the next one.
  await runTool(["chroot", root, "dpkg", "--configure", "-a"], options);
  await runTool(["chroot", root, "apt-get", "update"], options);
  const added = await runTool(["chroot", root, "apt-get", "install", "-y", "--no-install-recommends", name], options);
  if (added.exitCode === 0) return;
  throw new FerryError({
    failed: `adding ${name}`,
    where: root,
    seen: [`apt-get: ${added.ended}`, ...added.lastLines.slice(-8)].join("\n          "),
    wanted: "the package installed in that root directory",
    next: `read ${logPath}; ${otherWays}`,
  });
}

/** How programs of a root directory run outside of it: by its own dynamic loader. */
export async function loaderOf(root: string): Promise<NonNullable<WrapperTarget["loader"]>> {
  const libraries = join(root, "usr/lib");
  const tripletName = (await readdir(libraries)).find((name) => name.includes("-linux-gnu"));
  const triplet = join(libraries, tripletName ?? "");
  const loaderName = (await readdir(triplet)).find((name) => /^ld-linux.*\.so\.\d+$/.test(name));
  if (tripletName === undefined || loaderName === undefined) throw brokenRoot(root, "no dynamic loader in usr/lib");
  const privateLibraries = join(libraries, "mysql/private");
  return {
    path: join(triplet, loaderName),
    libraryDirectories: existsSync(privateLibraries) ? [triplet, privateLibraries] : [triplet],
  };
}

export function brokenRoot(root: string, seen: string): FerryError {
  const wanted = "a complete Debian root directory";
  return new FerryError({
    failed: "finding programs",
    where: root,
    seen,
    wanted,
    next: `remove ${root} and run again`,
  });
}

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
