import { z } from "zod";
import type { Host } from "../hosts/index.js";
import type { LocalServerRequest } from "./request.js";

const noteSchema = z.object({
  /** The backup that the data come from, or are to come from. */
  manifestKey: z.string(),
  /** What the source had purged and the old data lacked, a GTID set. */
  missing: z.string(),
  startedAt: z.iso.datetime(),
  /** Absent while the rebuild goes on. */
  finishedAt: z.iso.datetime().optional(),
  /** Whether the old data have made room. */
  isSetAside: z.boolean(),
  /** Whether the old data are still there. */
  keepsOldData: z.boolean(),
});

/** The record of a target's last rebuild, kept on its volume beside the data. */
export type RebuildNote = z.infer<typeof noteSchema>;

type Volume = Pick<LocalServerRequest, "restore">;

export async function readRebuildNote(host: Host, { restore }: Volume): Promise<RebuildNote | undefined> {
  const text = await host.readFile(noteFile(restore.volumeDirectory));
  return text === undefined ? undefined : noteSchema.parse(JSON.parse(text));
}

export async function writeRebuildNote(host: Host, { restore }: Volume, note: RebuildNote): Promise<void> {
  await host.writeFile(noteFile(restore.volumeDirectory), JSON.stringify(note), 0o600);
}

export async function removeRebuildNote(host: Host, { restore }: Volume): Promise<void> {
  await host.remove(noteFile(restore.volumeDirectory));
}

/** The backup that the volume's data come from, or are to come from: that of the last rebuild, else the one asked for. */
export async function restoredManifestKey(host: Host, request: Volume): Promise<string> {
  return (await readRebuildNote(host, request))?.manifestKey ?? request.restore.manifestKey;
}

function noteFile(volumeDirectory: string): string {
  return `${volumeDirectory}/rebuild.json`;
}
