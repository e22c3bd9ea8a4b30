import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { doubleCommand } from "./double-command.js";

/** A folder for the PATH with stand-ins of test/doubles, under the names by which Pulumi looks for plugins. */
export async function makePluginDirectory(directory: string, plugins: readonly string[]): Promise<string> {
  const bin = join(directory, "bin");
  await mkdir(bin);
  for (const plugin of plugins) {
    const launcher = join(bin, `pulumi-resource-${plugin}`);
    await writeFile(launcher, `#!/bin/sh\nexec ${doubleCommand(`${plugin}-plugin`)} "$@"\n`);
    await chmod(launcher, 0o755);
  }
  return bin;
}
