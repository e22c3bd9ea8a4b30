import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";

/** Whether what was made from these texts (pins, versions) is still current, remembered in a file beside it. */
export interface Stamp {
  isCurrent(): Promise<boolean>;
  /** To be called last, when what was made is complete. */
  write(): Promise<void>;
}

export function stampOf(path: string, madeFrom: readonly string[]): Stamp {
  const fingerprint = createHash("sha256").update(JSON.stringify(madeFrom)).digest("hex");
  return {
    isCurrent: async () => (await readIfThere(path)) === fingerprint,
    write: () => writeFile(path, fingerprint),
  };
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
