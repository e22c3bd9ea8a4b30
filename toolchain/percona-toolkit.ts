import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Progress } from "@gtid-ferry/engine/operation";
import { runTool } from "./command.js";
import { addToDebianRoot, brokenRoot, ensureDebianRoot, loaderOf } from "./debian-root.js";
import { findProgram } from "./find-program.js";
import { withLock } from "./lock.mjs";
import { paths } from "./paths.js";
import { type WrapperTarget, writeWrappers } from "./program-wrapper.js";
import { formatVersion, parseVersion } from "./version.js";

export interface PerconaToolkitInstallation {
  /** Path of a wrapper that takes pt-table-checksum's own options and becomes it. */
  readonly tableChecksum: string;
  /** Three numbers, e.g. "3.7.1". */
  readonly version: string;
}

const NAME = "pt-table-checksum";
const wrapper = join(paths.perconaToolkitBin, NAME);

/** Percona Toolkit from the Debian root directory, added to it (160 MB) at first. A FerryError when that fails. */
export function ensurePerconaToolkit(progress: Progress): Promise<PerconaToolkitInstallation> {
  return withLock(join(paths.locks, "debian-root"), progress, async () => {
    const root = paths.mysqlRoot;
    await ensureDebianRoot(root, progress);
    const find = () => findProgram(NAME, [join(root, "usr/bin")]);
    if (find() === undefined) await addToDebianRoot(root, "percona-toolkit", progress);
    const script = find();
    if (script === undefined) throw brokenRoot(root, `no ${NAME}`);
    await writeWrappers(paths.perconaToolkitBin, [await perlProgram(root, script)]);
    const printed = await printedBy([wrapper, "--version"]);
    const version = parseVersion(printed.join("\n"));
    if (version === undefined) throw brokenRoot(root, `${NAME} --version: ${printed.join(", ")}`);
    return { tableChecksum: wrapper, version: formatVersion(version) };
  });
}

/** Perl looks for modules, and its MySQL client for login plugins, under the paths of the root directory's own machine. */
async function perlProgram(root: string, script: string): Promise<WrapperTarget> {
  const loader = await loaderOf(root);
  const perl = findProgram("perl", [join(root, "usr/bin")]);
  if (perl === undefined) throw brokenRoot(root, "no perl");
  const [libraries = ""] = loader.libraryDirectories;
  const compiledIn = await printedBy([
    ...([loader.path, "--library-path", libraries, perl] as const),
    "-e",
    'print "$_\\n" for @INC',
  ]);
  const modules = compiledIn.map((folder) => join(root, folder)).filter((folder) => existsSync(folder));
  if (modules.length === 0) throw brokenRoot(root, `perl: ${compiledIn.join(", ")}`);
  return {
    name: NAME,
    program: perl,
    loader,
    leadingArguments: [script],
    environment: {
      PERL5LIB: modules.join(":"),
      MARIADB_PLUGIN_DIR: join(libraries, "libmariadb3/plugin"),
    },
  };
}

async function printedBy(argv: readonly [string, ...string[]]): Promise<readonly string[]> {
  const { exitCode, ended, lastLines } = await runTool(argv, { timeoutSeconds: 30 });
  return exitCode === 0 ? lastLines : [ended, ...lastLines.slice(-2)];
}
