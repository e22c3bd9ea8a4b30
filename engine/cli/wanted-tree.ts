import { readFile } from "node:fs/promises";
import { z } from "zod";
import { messageOf } from "../operation/index.js";
import { type ObservedTopology, presentTree, type Tree } from "../topology/index.js";
import { UsageError } from "./usage-error.js";

const treeSchema = z.record(z.string().min(1), z.string().min(1).nullable());

/** Sources by name as a user wrote them; null says that a server follows nobody. */
export type NamedSources = Tree;

/** Reads `a>b>c,a>d`, a JSON object `{"b": "a"}`, or the name of a file with one. */
export async function readWantedTree(text: string): Promise<NamedSources> {
  if (text.trimStart().startsWith("{")) return parseTreeJson(text);
  if (text.includes(">")) return parseChains(text);
  const json = await readFile(text, "utf8").catch((error: unknown) => {
    throw new UsageError(`--to is neither a tree such as a>b>c,a>d nor a file: ${messageOf(error)}`);
  });
  return parseTreeJson(json);
}

/** Reads chains from the source to the replica: `a>b>c,a>d`. The first of a chain stays where it is. */
export function parseChains(text: string): NamedSources {
  const sources = new Map<string, string>();
  for (const chain of text.split(",")) {
    const names = chain.split(">").map((name) => name.trim());
    if (names.length < 2 || names.includes("")) {
      throw new UsageError(`${JSON.stringify(chain.trim())} in --to is no chain: wanted names with > between them`);
    }
    for (const [at, name] of names.entries()) {
      const source = names[at - 1];
      if (source === undefined) continue;
      const other = sources.get(name);
      if (other !== undefined && other !== source) {
        throw new UsageError(`${name} follows both ${other} and ${source} in --to: wanted one source`);
      }
      sources.set(name, source);
    }
  }
  return Object.fromEntries(sources);
}

function parseTreeJson(text: string): NamedSources {
  const parsed = treeSchema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new UsageError('--to is no tree: wanted an object of sources by name, e.g. {"a": null, "b": "a"}');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`--to is not JSON: ${messageOf(error)}`);
  }
}

/** The whole tree: who is not named stays where it is. A primary that is given a source leaves its place to that one. */
export function completeTree(named: NamedSources, observed: ObservedTopology): Tree {
  const { primary } = observed;
  const tree = { ...presentTree(observed), ...named };
  if (primary === undefined || typeof named[primary] !== "string") return tree;
  const heads = Object.values(named).filter((source) => source !== null && named[source] === undefined);
  return { ...tree, ...Object.fromEntries(heads.map((head) => [head, null])) };
}
