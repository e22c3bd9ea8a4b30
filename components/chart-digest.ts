import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** What Helm renders; the rest of the folder is for readers and tests. */
const RENDERED: ReadonlySet<string> = new Set([
  "Chart.yaml",
  "values.yaml",
  "values.schema.json",
  "templates",
  "files",
]);

/**
 * Of the project's chart, in hexadecimal. Pulumi sees values and version of a chart and not its templates, so the digest is
 * among the values: a changed chart is rolled out.
 */
export function chartDigest(directory = resolve(__dirname, "../chart")): string {
  const hash = createHash("sha256");
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const inChart = (path: string) => path.slice(directory.length + 1);
  for (const path of files.sort()) {
    const [top = ""] = inChart(path).split("/");
    if (RENDERED.has(top))
      hash
        .update(`${inChart(path)}\0`)
        .update(readFileSync(path))
        .update("\0");
  }
  return hash.digest("hex");
}
