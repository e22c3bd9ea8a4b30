import { z } from "zod";
import type { ProcessIdentity } from "./host.js";

const bytes = z.number().int().nonnegative().nullable();

const jobStatusSchema = z.object({
  state: z.enum(["running", "completed", "failed"]),
  stage: z.string(),
  pid: z.number().int().positive(),
  startTicks: z.string(),
  /** ISO 8601, UTC. */
  startedAt: z.string(),
  updatedAt: z.string(),
  /** Progress within the stage; null where no bytes can be counted. */
  doneBytes: bytes,
  totalBytes: bytes,
  compressedBytes: bytes,
  /** By member of the pipe; those that have ended. */
  exitCodes: z.record(z.string(), z.number().int()),
  message: z.string(),
  advice: z.string(),
});

/** The status file that scripts/backup.sh and scripts/restore.sh keep in their job directory. */
export type JobStatus = z.infer<typeof jobStatusSchema>;

/** Reads the text of status.json. It is replaced atomically, so anything malformed is an error. */
export function parseJobStatus(text: string): JobStatus {
  return jobStatusSchema.parse(JSON.parse(text));
}

export function processOf(status: JobStatus): ProcessIdentity {
  return { pid: status.pid, startTicks: status.startTicks };
}

/** Seconds between the job's start and its last report. */
export function secondsOf(status: JobStatus): number {
  return (Date.parse(status.updatedAt) - Date.parse(status.startedAt)) / 1000;
}
