import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { COMPARISON_DOCUMENT, withComparisonTables } from "./comparison-docs.js";
import { paths } from "./paths.js";

/** Writes the generated parts of the documents; a test sees that they are current. */
async function writeDocuments(): Promise<void> {
  const file = join(paths.projectRoot, COMPARISON_DOCUMENT);
  await writeFile(file, withComparisonTables(await readFile(file, "utf8")));
}

writeDocuments().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
