import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const record = z.object({
  pid: z.number().int().positive(),
  startTicks: z.string(),
  /** Where it listens, when nothing else knows. */
  port: z.number().int().optional(),
});

export type ProcessRecord = Readonly<z.infer<typeof record>>;

/** The process that works in a directory, as its `process.json` has it; it may have ended since. */
export function readProcess(directory: string): ProcessRecord | undefined {
  try {
    return record.parse(JSON.parse(readFileSync(recordPath(directory), "utf8")));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

export function writeProcess(directory: string, process: ProcessRecord): void {
  const path = recordPath(directory);
  writeFileSync(`${path}.new`, `${JSON.stringify(process)}\n`);
  renameSync(`${path}.new`, path);
}

export function forgetProcess(directory: string): void {
  rmSync(recordPath(directory), { force: true });
}

function recordPath(directory: string): string {
  return join(directory, "process.json");
}
