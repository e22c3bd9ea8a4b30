import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const record = z.object({
  port: z.number().int(),
  serverId: z.number().int(),
  settings: z.record(z.string(), z.union([z.string(), z.number()])),
});

/** What a server was made with and keeps over all starts: `server.json` in its directory. */
export type ServerRecord = Readonly<z.infer<typeof record>>;

export function readServerRecord(directory: string): ServerRecord | undefined {
  try {
    return record.parse(JSON.parse(readFileSync(join(directory, "server.json"), "utf8")));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

export function writeServerRecord(directory: string, server: ServerRecord): void {
  const path = join(directory, "server.json");
  writeFileSync(`${path}.new`, `${JSON.stringify(server, undefined, 2)}\n`);
  renameSync(`${path}.new`, path);
}
