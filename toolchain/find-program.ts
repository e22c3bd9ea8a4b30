import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join, sep } from "node:path";
import { paths } from "./paths.js";

/** The first executable file of that name in the folders; by default those of the user's PATH. */
export function findProgram(name: string, folders: readonly string[] = userPath()): string | undefined {
  return folders.map((folder) => join(folder, name)).find(isExecutableFile);
}

/**
 * The folders of PATH without the project's own: in a shell that has sourced `.ferry/env` those come first, and a
 * wrapper in there must never be taken for the program that it wraps.
 */
function userPath(): readonly string[] {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders.filter((folder) => folder !== "" && !folder.startsWith(paths.ferry + sep));
}

function isExecutableFile(path: string): boolean {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return false;
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
