import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { shellQuote } from "./shell-quote.js";

export interface WrapperTarget {
  /** Name that the program sees as its own, e.g. "mysqld". */
  readonly name: string;
  readonly program: string;
  /** Set when the program comes from a root directory other than this machine's. */
  readonly loader?: { readonly path: string; readonly libraryDirectories: readonly string[] };
  /** Options that follow the caller's, because `--defaults-file` must come first. */
  readonly options?: readonly string[];
}

/** Text of a shell script that becomes the program (`exec`), so that its process id is the program's. */
export function wrapperScript({ name, program, loader, options = [] }: WrapperTarget): string {
  const words =
    loader === undefined
      ? [program]
      : [loader.path, "--library-path", loader.libraryDirectories.join(":"), "--argv0", name, program];
  return `#!/bin/sh\nexec ${words.map(shellQuote).join(" ")} ${['"$@"', ...options.map(shellQuote)].join(" ")}\n`;
}

/** Writes one script for each program. Renamed into place: another process may be starting the old one just now. */
export async function writeWrappers(folder: string, targets: readonly WrapperTarget[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const target of targets) {
    const path = join(folder, target.name);
    await writeFile(`${path}.new`, wrapperScript(target), { mode: 0o755 });
    await rename(`${path}.new`, path);
  }
}
