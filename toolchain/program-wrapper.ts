import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { shellQuote } from "./shell-quote.js";

export interface WrapperTarget {
  /** Name that the program sees as its own, e.g. "mysqld". */
  readonly name: string;
  readonly program: string;
  /** Come before the caller's: the script of an interpreter. */
  readonly leadingArguments?: readonly string[];
  /** Set when the program comes from a root directory other than this machine's. */
  readonly loader?: { readonly path: string; readonly libraryDirectories: readonly string[] };
  /** Whether the program sees the path by which the wrapper was called as its own: what it reads beside itself is there. */
  readonly isCalledAsWrapper?: boolean;
  /** Options of mysqld. They follow the caller's first, which may be `--defaults-file`, and come before all others, which win. */
  readonly options?: readonly string[];
  /** Added to the caller's environment. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Text of a shell script that becomes the program (`exec`), so that its process id is the program's. */
export function wrapperScript(target: WrapperTarget): string {
  const { name, program, loader, leadingArguments = [], options = [], environment = {} } = target;
  const ownName = target.isCalledAsWrapper === true ? '"$0"' : shellQuote(name);
  const start =
    loader === undefined
      ? [shellQuote(program)]
      : [
          ...[loader.path, "--library-path", loader.libraryDirectories.join(":"), "--argv0"].map(shellQuote),
          ownName,
          shellQuote(program),
        ];
  const exports = Object.entries(environment).map(([variable, value]) => `export ${variable}=${shellQuote(value)}\n`);
  const given = options.length === 0 ? ['"$@"'] : [`\${first:+"$first"}`, ...options.map(shellQuote), '"$@"'];
  const words = [...start, ...leadingArguments.map(shellQuote), ...given];
  const takeFirst = options.length === 0 ? "" : `first=\${1:-}\nif [ $# -gt 0 ]; then shift; fi\n`;
  return `#!/bin/sh\n${exports.join("")}${takeFirst}exec ${words.join(" ")}\n`;
}

/** Writes one script for each program. Renamed into place: another process may be starting the old one just now. */
export async function writeWrappers(folder: string, targets: readonly WrapperTarget[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const target of targets) await writeScript(join(folder, target.name), wrapperScript(target));
}

/** Renamed into place, as `writeWrappers` does. */
export async function writeScript(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text, { mode: 0o755 });
  await rename(`${path}.new`, path);
}
