import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";

const ENGINE = join(__dirname, "../../../engine");

/** The folders that make up who is the primary, each above those that it may import. */
const LAYERS = ["fence", "channel", "events", "topology", "reconcile", "switchover", "failover", "cutover"] as const;

const files = readdirSync(ENGINE, { recursive: true, encoding: "utf8" }).filter(
  (file) => file.endsWith(".ts") && !file.startsWith("dist") && !file.startsWith("node_modules"),
);
/** What each file imports, types included, by its path in the engine. */
const imports = new Map(
  files.map((file) => {
    const text = readFileSync(join(ENGINE, file), "utf8");
    const names = [...text.matchAll(/from "(\.[^"]+)"/g)].map(([, path = ""]) =>
      relative(ENGINE, join(ENGINE, dirname(file), path)).replace(/\.js$/, ".ts"),
    );
    return [file, names.filter((name) => files.includes(name))];
  }),
);

describe("the engine's imports", () => {
  it("lead in no circle, neither of files nor of folders, types included", () => {
    expect(circle(imports)).toEqual([]);
    const folders = new Map<string, string[]>();
    for (const [file, names] of imports) {
      const others = names.map(folderOf).filter((name) => name !== folderOf(file));
      folders.set(folderOf(file), [...(folders.get(folderOf(file)) ?? []), ...others]);
    }
    expect(circle(folders)).toEqual([]);
  });

  it("lead downwards among the folders of the primary role", () => {
    const layerOf = (file: string) => LAYERS.findIndex((layer) => file.startsWith(`${layer}/`));
    const upwards = [...imports].flatMap(([file, names]) =>
      names
        .filter((name) => layerOf(file) >= 0 && layerOf(name) > layerOf(file))
        .map((name) => `${file} imports ${name}`),
    );
    expect(upwards).toEqual([]);
  });
});

function folderOf(file: string): string {
  return file.split("/")[0] ?? "";
}

/** The first circle that is found; none is `[]`. */
function circle(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): string[] => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return [];
    for (const next of graph.get(file) ?? []) {
      const found = visit(next, [...path, file]);
      if (found.length > 0) return found;
    }
    done.add(file);
    return [];
  };
  for (const file of graph.keys()) {
    const found = visit(file, []);
    if (found.length > 0) return found;
  }
  return [];
}
