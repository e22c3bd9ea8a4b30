import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { paths } from "../../toolchain/paths.js";
import { shellQuote } from "../../toolchain/shell-quote.js";

/** Words of a shell that start test/doubles/NAME/main.ts. */
export function doubleCommand(name: string): string {
  const tsx = createRequire(join(paths.projectRoot, "package.json")).resolve("tsx");
  const program = join(paths.projectRoot, `test/doubles/${name}/main.ts`);
  return [process.execPath, "--import", pathToFileURL(tsx).href, program].map(shellQuote).join(" ");
}
