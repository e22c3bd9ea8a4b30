import { chmod, mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { paths } from "../../toolchain/paths.js";
import { shellQuote } from "../../toolchain/shell-quote.js";

/** A folder for the PATH with stand-ins of test/doubles, under the names by which Pulumi looks for plugins. */
export async function makePluginDirectory(directory: string, plugins: readonly string[]): Promise<string> {
  const bin = join(directory, "bin");
  await mkdir(bin);
  const tsx = createRequire(join(paths.projectRoot, "package.json")).resolve("tsx");
  for (const plugin of plugins) {
    const program = join(paths.projectRoot, `test/doubles/${plugin}-plugin/main.ts`);
    const words = [process.execPath, "--import", pathToFileURL(tsx).href, program].map(shellQuote);
    const launcher = join(bin, `pulumi-resource-${plugin}`);
    await writeFile(launcher, `#!/bin/sh\nexec ${words.join(" ")} "$@"\n`);
    await chmod(launcher, 0o755);
  }
  return bin;
}
