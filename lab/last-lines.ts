import { readFile } from "node:fs/promises";

/** The end of a log, indented to stand below a message; empty when there is none. */
export async function lastLines(path: string, count: number): Promise<string> {
  const lines = (await readIfThere(path)).trimEnd().split("\n").slice(-count);
  return lines.map((line) => `          ${line}`).join("\n");
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}
