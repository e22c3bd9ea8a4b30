import { open } from "node:fs/promises";

/** One line of the record of a watch. */
export interface RecordedEvent {
  readonly kind:
    | "watch begins"
    | "watch ends"
    | "seen"
    | "refused"
    | "failed over"
    | "repaired"
    | "fence persisted"
    | "failed";
  readonly [detail: string]: unknown;
}

/** Appends to a file of JSON lines, which only its owner may read. */
export async function appendRecord(path: string, event: RecordedEvent): Promise<void> {
  const file = await open(path, "a", 0o600);
  try {
    await file.chmod(0o600);
    await file.appendFile(`${JSON.stringify({ at: new Date().toISOString(), ...event })}\n`);
  } finally {
    await file.close();
  }
}
