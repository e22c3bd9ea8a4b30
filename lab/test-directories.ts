import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { paths } from "../toolchain/paths.js";
import { identify, isRunning, killProcess, readProcess, writeProcess } from "./process/index.js";

const parent = join(paths.ferry, "test");

let swept: Promise<void> | undefined;

/** A new empty directory of the project for one test; what tests that died left is stopped and removed first. */
export async function makeTestDirectory(name: string): Promise<string> {
  await mkdir(parent, { recursive: true });
  swept ??= removeAbandoned();
  await swept;
  const directory = await mkdtemp(join(parent, `${name}-`));
  const owner = join(directory, ".owner");
  await mkdir(owner);
  writeProcess(owner, identify(process.pid));
  return directory;
}

export async function removeTestDirectory(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true });
}

async function removeAbandoned(): Promise<void> {
  const entries = await readdir(parent, { withFileTypes: true });
  for (const entry of entries.filter((found) => found.isDirectory())) {
    const directory = join(parent, entry.name);
    const owner = readProcess(join(directory, ".owner"));
    // One without an owner is being made at this moment.
    if (owner === undefined || isRunning(owner)) continue;
    const server = readProcess(directory);
    if (server !== undefined && isRunning(server)) await killProcess(server);
    await removeTestDirectory(directory);
  }
}
