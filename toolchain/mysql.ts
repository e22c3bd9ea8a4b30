import { dirname, join } from "node:path";
import type { Progress } from "@gtid-ferry/engine/operation";
import { runTool } from "./command.js";
import { brokenRoot, ensureDebianRoot, loaderOf } from "./debian-root.js";
import { findProgram } from "./find-program.js";
import { withLock } from "./lock.mjs";
import { judgeMysqld } from "./mysql-version.js";
import { paths } from "./paths.js";
import { type WrapperTarget, writeWrappers } from "./program-wrapper.js";

/**
 * The MySQL programs of the lab: absolute paths of wrappers that take the programs' own options and become them
 * (`exec`), so a process id is the server's. With the Debian root directory, /proc/PID/exe and comm name its dynamic
 * loader (`ld-linux-x86-64.so.2`), while the command line ends in `.../usr/sbin/mysqld`, the caller's options, paths.
 */
export interface MysqlInstallation {
  readonly binDirectory: string;
  readonly mysqld: string;
  readonly mysql: string;
  readonly mysqlbinlog: string;
  /** Three numbers, e.g. "9.7.4". */
  readonly version: string;
}

const requiredPrograms = ["mysqld", "mysql", "mysqlbinlog"] as const;
const optionalPrograms = ["mysqladmin", "mysqldump"] as const;

/** Finds MySQL in MYSQL_HOME, then on PATH, else makes a Debian root directory with it. A FerryError when all fail. */
export function ensureMysql(progress: Progress): Promise<MysqlInstallation> {
  return withLock(join(paths.locks, "debian-root"), progress, async () => {
    const given = (await givenByUser(progress)) ?? (await fromDebianRoot(progress));
    await writeWrappers(paths.mysqlBin, given.targets);
    return {
      binDirectory: paths.mysqlBin,
      mysqld: join(paths.mysqlBin, "mysqld"),
      mysql: join(paths.mysqlBin, "mysql"),
      mysqlbinlog: join(paths.mysqlBin, "mysqlbinlog"),
      version: given.version,
    };
  });
}

interface Found {
  readonly targets: readonly WrapperTarget[];
  readonly version: string;
}

async function givenByUser(progress: Progress): Promise<Found | undefined> {
  const home = process.env.MYSQL_HOME;
  if (home !== undefined && home !== "") {
    const folders = [join(home, "bin"), join(home, "sbin")];
    const found = await judgeFolders(folders, `MYSQL_HOME ${home}`, progress);
    if (found !== undefined) return found;
  }
  const onPath = findProgram("mysqld");
  return onPath === undefined ? undefined : await judgeFolders([dirname(onPath)], onPath, progress);
}

async function judgeFolders(folders: readonly string[], where: string, progress: Progress): Promise<Found | undefined> {
  const skip = (reason: string): undefined => {
    progress(`MySQL: ${where} is not used: ${reason}`);
    return undefined;
  };
  const mysqld = findProgram("mysqld", folders);
  if (mysqld === undefined) return skip("it has no bin/mysqld");
  const judged = judgeMysqld(await versionLine(mysqld));
  if ("unusable" in judged) return skip(judged.unusable);
  const targets: WrapperTarget[] = [];
  for (const name of [...requiredPrograms, ...optionalPrograms]) {
    // A distribution keeps mysqld in sbin and the clients in bin.
    const program = findProgram(name, folders) ?? findProgram(name);
    if (program !== undefined) targets.push({ name, program });
    else if (requiredPrograms.some((required) => required === name)) return skip(`there is no ${name} with it`);
  }
  return { targets, version: judged.version };
}

async function fromDebianRoot(progress: Progress): Promise<Found> {
  const root = paths.mysqlRoot;
  await ensureDebianRoot(root, progress);
  const loader = await loaderOf(root);
  const folders = [join(root, "usr/sbin"), join(root, "usr/bin")];
  const targets = [...requiredPrograms, ...optionalPrograms].map((name) => {
    const program = findProgram(name, folders);
    if (program === undefined) throw brokenRoot(root, `no ${name}`);
    return {
      name,
      program,
      loader,
      ...(name === "mysqld" ? { isCalledAsWrapper: true, options: pathOptions(root) } : {}),
    };
  });
  await writeWrappers(paths.mysqlBin, targets);
  const judged = judgeMysqld(await versionLine(join(paths.mysqlBin, "mysqld")));
  if ("unusable" in judged) throw brokenRoot(root, judged.unusable);
  return { targets, version: judged.version };
}

function pathOptions(root: string): readonly string[] {
  return [
    `--basedir=${root}/usr`,
    `--lc-messages-dir=${root}/usr/share/mysql`,
    `--character-sets-dir=${root}/usr/share/mysql/charsets`,
    `--plugin-dir=${root}/usr/lib/mysql/plugin`,
  ];
}

async function versionLine(mysqld: string): Promise<string> {
  const { exitCode, ended, lastLines } = await runTool([mysqld, "--no-defaults", "--version"], { timeoutSeconds: 30 });
  return exitCode === 0 ? lastLines.join(" ") : `--version: ${[ended, ...lastLines.slice(-2)].join(", ")}`;
}
