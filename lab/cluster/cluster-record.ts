import { readFile, rename, writeFile } from "node:fs/promises";
import { z } from "zod";
import type { ClusterLayout } from "./layout.js";

const schema = z.object({
  /** Its addresses and names follow from it. */
  number: z.number().int().nonnegative(),
});

/** The number of the cluster of a directory; undefined until its files are complete. */
export async function readClusterNumber({ record }: ClusterLayout): Promise<number | undefined> {
  try {
    return schema.parse(JSON.parse(await readFile(record, "utf8"))).number;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

export async function writeClusterNumber({ record }: ClusterLayout, number: number): Promise<void> {
  await writeFile(`${record}.new`, JSON.stringify({ number }));
  await rename(`${record}.new`, record);
}
