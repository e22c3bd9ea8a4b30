import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { COMPARISON_DOCUMENT, withComparisonTables } from "./comparison-docs.js";
import { paths } from "./paths.js";
import { REQUIREMENTS_DOCUMENT, withRequirements } from "./requirements-docs.js";

const DOCUMENTS: Readonly<Record<string, (document: string) => string>> = {
  [COMPARISON_DOCUMENT]: withComparisonTables,
  [REQUIREMENTS_DOCUMENT]: withRequirements,
};

/** Writes the generated parts of the documents; a test sees that they are current. */
async function writeDocuments(): Promise<void> {
  for (const [document, withParts] of Object.entries(DOCUMENTS)) {
    const file = join(paths.projectRoot, document);
    await writeFile(file, withParts(await readFile(file, "utf8")));
  }
}

writeDocuments().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
