import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import { codeOf } from "../mysql/index.js";

const keyValue = z.array(z.string()).readonly();
const keyRange = z.object({ after: keyValue.optional(), upTo: keyValue.optional() });
const tableResult = z.object({
  schema: z.string(),
  table: z.string(),
  rows: z.number(),
  differences: z.number(),
  listed: z.array(
    z.object({
      /** For people. */
      key: z.string(),
      value: keyValue,
      /** Seen from the target. */
      verdict: z.enum(["missing", "surplus", "different"]),
    }),
  ),
  undecided: z.array(z.string()),
  problem: z.string().optional(),
});
const checkpointSchema = z.object({
  of: z.string(),
  startedAt: z.string(),
  tables: z.array(tableResult),
  current: z
    .object({
      table: z.string(),
      after: keyValue.optional(),
      rows: z.number(),
      suspicious: z.array(keyRange.extend({ rows: z.number() })),
    })
    .optional(),
});

/** What one table's comparison found. */
export type TableResult = z.infer<typeof tableResult>;

/** How far a comparison has come. */
export type Checkpoint = z.infer<typeof checkpointSchema>;

/** The checkpoint in `file` of the comparison named `of`; undefined when there is none, or one of another comparison. */
export async function loadCheckpoint(file: string, of: string): Promise<Checkpoint | undefined> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
  const checkpoint = checkpointSchema.parse(JSON.parse(text));
  return checkpoint.of === of ? checkpoint : undefined;
}

/** Keys are data, so nobody else may read the file. */
export async function saveCheckpoint(file: string, checkpoint: Checkpoint): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.new`;
  await writeFile(draft, JSON.stringify(checkpoint), { mode: 0o600 });
  await rename(draft, file);
}

export async function removeCheckpoint(file: string): Promise<void> {
  await rm(file, { force: true });
}
