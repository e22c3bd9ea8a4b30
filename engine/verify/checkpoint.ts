import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import { codeOf } from "../mysql/index.js";

const keyValue = z.array(z.string()).readonly();
const keyRange = z.object({ after: keyValue.optional(), upTo: keyValue.optional() });
const undecided = z.object({
  /** Rows, for people: `(17)`, or `rows (17) to (900)`. */
  what: z.string(),
  why: z.string(),
});
/** What keeps a table's rows from being named one by one. */
const problem = z.discriminatedUnion("kind", [
  /** Seen from the replica; `definition`: its columns or keys are others there. */
  z.object({ kind: z.enum(["missing", "surplus", "definition"]) }),
  /** Rows of a table without a key by which they could be told apart. */
  z.object({ kind: z.literal("copies"), missing: z.number(), surplus: z.number() }),
  z.object({ kind: z.literal("undecided"), why: z.string() }),
]);
const tableResult = z.object({
  schema: z.string(),
  table: z.string(),
  rows: z.number(),
  /** Rows that differ, as far as they were counted. */
  differences: z.number(),
  /** Whether counting stopped before the end. */
  hasMore: z.boolean(),
  listed: z.array(
    z.object({
      /** For people. */
      key: z.string(),
      value: keyValue,
      /** Seen from the target. */
      verdict: z.enum(["missing", "surplus", "different"]),
    }),
  ),
  undecided: z.array(undecided),
  problem: problem.optional(),
});
const suspiciousRange = keyRange.extend({ rows: z.number() });
const checkpointSchema = z.object({
  of: z.string(),
  startedAt: z.string(),
  tables: z.array(z.object({ version: z.string(), result: tableResult })),
  current: z
    .object({
      schema: z.string(),
      table: z.string(),
      version: z.string(),
      after: keyValue.optional(),
      rows: z.number(),
      suspicious: z.array(suspiciousRange),
      undecided: z.array(undecided),
    })
    .optional(),
});

/** What one table's comparison found. */
export type TableResult = z.infer<typeof tableResult>;
export type TableProblem = z.infer<typeof problem>;
/** Rows of which nothing could be found out. */
export type Undecided = z.infer<typeof undecided>;
/** Rows that looked different at once. */
export type SuspiciousRange = z.infer<typeof suspiciousRange>;

/** How far a comparison has come; a table's version is its definition and age when it was compared. */
export type Checkpoint = z.infer<typeof checkpointSchema>;
export type ComparedTable = Checkpoint["tables"][number];
export type TableProgress = NonNullable<Checkpoint["current"]>;

/** The checkpoint in `file` of the comparison named `of`; undefined when there is none, or one of another comparison. */
export async function loadCheckpoint(file: string, of: string): Promise<Checkpoint | undefined> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
  const checkpoint = checkpointSchema.safeParse(jsonIn(text));
  return checkpoint.success && checkpoint.data.of === of ? checkpoint.data : undefined;
}

/** A file that was cut off, or is none of this version's, is begun anew: it holds nothing that cannot be found again. */
function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
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
