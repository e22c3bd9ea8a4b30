import { closeSync, createReadStream, openSync, writeSync } from "node:fs";
import { stat } from "node:fs/promises";
import { createInterface } from "node:readline";
import { parseEntry } from "./entry.js";

/**
 * What became of each COMMIT, kept outside the database. One line each, written to the kernel at once, so it survives
 * the death of the process: `?entry` before the COMMIT is sent, then `+entry` when the server acknowledged it or
 * `-entry` when the server refused it. With neither nobody can know: the connection was lost in between.
 */
export class AcknowledgedLog {
  private constructor(private readonly file: number) {}

  static open(path: string): AcknowledgedLog {
    return new AcknowledgedLog(openSync(path, "a"));
  }

  committing(entry: string): void {
    writeSync(this.file, `?${entry}\n`);
  }

  acknowledged(entry: string): void {
    writeSync(this.file, `+${entry}\n`);
  }

  refused(entry: string): void {
    writeSync(this.file, `-${entry}\n`);
  }

  close(): void {
    closeSync(this.file);
  }
}

export interface Outcome {
  readonly entry: string;
  readonly outcome: "acknowledged" | "refused" | "unknown";
}

/** How much of a log there is now, while it may be growing. */
export async function logBytes(path: string): Promise<number> {
  return (await stat(path)).size;
}

/**
 * Reads the first `bytes` of a log. Memory holds one entry for each worker. What is being committed at their end is
 * unknown.
 */
export async function* readOutcomes(path: string, bytes: number): AsyncGenerator<Outcome> {
  if (bytes === 0) return;
  const pending = new Map<number, string>();
  const lines = createInterface({
    input: createReadStream(path, { end: bytes - 1 }),
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  for await (const line of lines) {
    const entry = line.slice(1);
    const { worker } = parseEntry(entry);
    const open = pending.get(worker);
    if (line.startsWith("?")) {
      if (open !== undefined) yield { entry: open, outcome: "unknown" };
      pending.set(worker, entry);
      continue;
    }
    if (open !== entry) throw new Error(`${path}: an outcome without its COMMIT: ${line}`);
    pending.delete(worker);
    yield { entry, outcome: line.startsWith("+") ? "acknowledged" : "refused" };
  }
  for (const entry of pending.values()) yield { entry, outcome: "unknown" };
}
