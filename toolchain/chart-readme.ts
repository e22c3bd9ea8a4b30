import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { load } from "js-yaml";
import { paths } from "./paths.js";

const BEGIN = "<!-- values -->";
const END = "<!-- end of values -->";

interface DocumentedValue {
  readonly path: string;
  readonly description: string;
  readonly defaultText: string;
}

/** The README with the table of values as `values.yaml` has them; the rest of it stays. */
export function withValuesTable(readme: string, values: string): string {
  const [before, rest] = readme.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`the README has no ${BEGIN} ... ${END}`);
  const rows = documentedValues(values).map(
    ({ path, description, defaultText }) => `| \`${path}\` | ${description} | ${defaultText} |`,
  );
  return [before + BEGIN, "", "| value | meaning | default |", "|---|---|---|", ...rows, "", END + after].join("\n");
}

/**
 * The values that have a comment `# -- meaning` before them; `# @default text` after it says what an empty one means.
 * An error for a value that neither has one nor holds values that do.
 */
export function documentedValues(text: string): DocumentedValue[] {
  const values: unknown = load(text);
  const documented: DocumentedValue[] = [];
  const parents: string[] = [];
  let description = "";
  let defaultText = "";
  for (const line of text.split("\n")) {
    description = /^ *# -- (.*)$/.exec(line)?.[1] ?? description;
    defaultText = /^ *# @default (.*)$/.exec(line)?.[1] ?? defaultText;
    const [, indentation, key] = /^( *)([A-Za-z0-9]+):/.exec(line) ?? [];
    if (indentation === undefined || key === undefined) continue;
    const depth = indentation.length / 2;
    // Lines inside of a value that is documented as a whole.
    if (documented.some(({ path }) => path === parents.slice(0, depth).join("."))) continue;
    parents.splice(depth, parents.length, key);
    const path = parents.join(".");
    if (description === "" && line.trimEnd() !== `${indentation}${key}:`) throw new Error(`${path} has no comment`);
    if (description !== "") {
      const shown = defaultText === "" ? `\`${JSON.stringify(valueAt(values, parents))}\`` : defaultText;
      documented.push({ path, description, defaultText: shown });
    }
    description = "";
    defaultText = "";
  }
  return documented;
}

function valueAt(values: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null
        ? Object.entries(value).find(([name]) => name === key)?.[1]
        : undefined,
    values,
  );
}

async function main(): Promise<void> {
  const readme = join(paths.projectRoot, "chart", "README.md");
  const values = await readFile(join(paths.projectRoot, "chart", "values.yaml"), "utf8");
  await writeFile(readme, withValuesTable(await readFile(readme, "utf8"), values));
}

if (require.main === module) void main();
