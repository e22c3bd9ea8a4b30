import { readFile, rename, writeFile } from "node:fs/promises";
import { z } from "zod";
import type { ClusterLayout } from "./layout.js";

const schema = z.object({
  /** Its addresses and names follow from it. */
  number: z.number().int().nonnegative(),
  /** Whether it once came to be ready, with its images. */
  isComplete: z.boolean(),
});

export type ClusterRecord = Readonly<z.infer<typeof schema>>;

/** Undefined where no start came as far as to choose a number. */
export async function readClusterRecord({ record }: ClusterLayout): Promise<ClusterRecord | undefined> {
  try {
    return schema.parse(JSON.parse(await readFile(record, "utf8")));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

export async function writeClusterRecord({ record }: ClusterLayout, cluster: ClusterRecord): Promise<void> {
  await writeFile(`${record}.new`, JSON.stringify(cluster));
  await rename(`${record}.new`, record);
}
