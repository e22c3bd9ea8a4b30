import { mkdir, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";

/** Prints measured figures as JSON, and writes them to a file when one is named. */
export async function writeReport(figures: object, file: string | undefined): Promise<void> {
  const text = `${JSON.stringify(figures, null, 2)}\n`;
  process.stdout.write(text);
  if (file === undefined) return;
  const path = resolve(file);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
