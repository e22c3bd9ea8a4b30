import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ENCODINGS } from "../../../engine/verify/rows/row-hash.js";
import { paths } from "../../../toolchain/paths.js";
import { OWN_NAMES } from "../../drift/generate/names.js";
import { planCase } from "../../drift/plan-case.js";
import { COLUMN_TYPES } from "../../drift/types/index.js";

/** Types of CAST. */
const NO_ALIASES = new Set(["BINARY", "CHAR", "DOUBLE", "JSON", "SIGNED", "UNSIGNED"]);

describe("random schemas", () => {
  it("have columns of every type that is compared", () => {
    expect(Object.keys(COLUMN_TYPES).sort()).toEqual(Object.keys(ENCODINGS).sort());
  });

  it("have every name that the comparison's own statements give to something", () => {
    const aliases = sources("engine/verify", "engine/tables").flatMap((text) =>
      [...text.matchAll(/\bAS (?:\\`)?([A-Za-z_]\w*)/g)].map(([, name = ""]) => name),
    );
    expect(aliases).toContain("bucket");
    expect(aliases.filter((name) => !NO_ALIASES.has(name) && !OWN_NAMES.includes(name))).toEqual([]);
  });

  it("follow from the seed and the number of the case alone", () => {
    const text = (seed: string, number: number) =>
      JSON.stringify(planCase(seed, number), (_key, value: unknown) => (value instanceof Map ? [...value] : value));
    expect(text("a", 1)).toBe(text("a", 1));
    expect(new Set([text("a", 1), text("a", 2), text("b", 1)]).size).toBe(3);
  });
});

function sources(...directories: readonly string[]): string[] {
  return directories.flatMap((directory) => {
    const root = join(paths.projectRoot, directory);
    const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
    return files.map((file) => readFileSync(join(root, file), "utf8"));
  });
}
