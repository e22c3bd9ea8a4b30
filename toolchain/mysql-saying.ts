import { mkdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { FerryError, type Progress } from "@gtid-ferry/engine/operation";
import { runTool } from "./command.js";
import { installDebianPackages } from "./debian-packages.js";
import { findProgram } from "./find-program.js";
import { withLock } from "./lock.mjs";
import { ensureMysql, type MysqlInstallation } from "./mysql.js";
import { paths } from "./paths.js";
import { writeScript, writeWrappers } from "./program-wrapper.js";
import { shellQuote } from "./shell-quote.js";
import { stampOf } from "./stamp.js";

/** The longest version that mysqld has room for, in bytes. */
const LONGEST_VERSION = 59;

/**
 * The lab's MySQL, whose servers only say that they are of another release, e.g. `8.0.36`. That tries what is decided by
 * a release; what such a release does differently, it does not try. `version` stays that of the data that it makes.
 */
export async function ensureMysqlSaying(version: string, progress: Progress): Promise<MysqlInstallation> {
  if (!/^\d+\.\d+\.\d+[\w.-]*$/.test(version) || version.length > LONGEST_VERSION) {
    throw new Error(`not a version that a server could say: ${version}`);
  }
  const real = await ensureMysql(progress);
  const binDirectory = join(paths.mysqlSaying, version, "bin");
  await withLock(join(paths.locks, "mysql-saying"), progress, async () => {
    const library = await ensureLibrary(progress);
    const clients = ["mysql", "mysqlbinlog", "mysqladmin", "mysqldump"].flatMap((name) => {
      const program = findProgram(name, [real.binDirectory]);
      return program === undefined ? [] : [{ name, program }];
    });
    await writeWrappers(binDirectory, clients);
    await writeScript(join(binDirectory, "mysqld"), mysqldScript(real.mysqld, library, version));
  });
  return {
    binDirectory,
    mysqld: join(binDirectory, "mysqld"),
    mysql: join(binDirectory, "mysql"),
    mysqlbinlog: join(binDirectory, "mysqlbinlog"),
    version: real.version,
  };
}

/** mysqld answers `--version` before it opens a file, so this does. */
function mysqldScript(mysqld: string, library: string, version: string): string {
  return `#!/bin/sh
for option in "$@"; do
  if [ "$option" = --version ]; then
    echo "$0  Ver ${version} for Linux on x86_64 (only says so)"
    exit 0
  fi
done
export LD_PRELOAD=${shellQuote(library)} FERRY_SAYS_VERSION=${shellQuote(version)}
exec ${shellQuote(mysqld)} "$@"
`;
}

/** Gives the library's path; made by the machine's own C compiler, which is installed where there is none. */
async function ensureLibrary(progress: Progress): Promise<string> {
  const source = join(__dirname, "say-version.c");
  const library = join(paths.mysqlSaying, "say-version.so");
  const stamp = stampOf(join(paths.mysqlSaying, "say-version.stamp"), [await readFile(source, "utf8")]);
  if (await stamp.isCurrent()) return library;
  const compiler = await ensureCompiler(progress);
  await mkdir(paths.mysqlSaying, { recursive: true });
  const made = `${library}.new`;
  const argv = [compiler, "-O1", "-Wall", "-Werror", "-shared", "-fPIC", "-nostartfiles", "-o", made, source] as const;
  const { exitCode, ended, lastLines } = await runTool(argv, { timeoutSeconds: 60 });
  if (exitCode !== 0) {
    throw new FerryError({
      failed: "making a server that says another version",
      where: "this machine",
      seen: [`${argv.join(" ")}: ${ended}`, ...lastLines.slice(-8)].join("\n          "),
      wanted: `${source} compiled`,
      next: "install a C compiler and the C library's headers (gcc, libc6-dev), then run again",
    });
  }
  await rename(made, library);
  await stamp.write();
  return library;
}

async function ensureCompiler(progress: Progress): Promise<string> {
  const found = findProgram("cc") ?? findProgram("gcc");
  if (found !== undefined) return found;
  await installDebianPackages(["gcc", "libc6-dev"], join(paths.logs, "mysql-saying.log"), progress);
  return findProgram("gcc") ?? "/usr/bin/gcc";
}
