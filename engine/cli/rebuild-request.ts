import { z } from "zod";
import { type HostOptions, hostOptionsSchema } from "../hosts/index.js";
import type { LocalServerRequest, RebuildOptions } from "../local-server/index.js";
import { connectionSchema } from "./connections-file.js";
import { parseOutput } from "./private-json.js";

/** The stack output `rebuild`: the target, where it runs, and how it is restored again. Holds secrets. */
export interface RebuildRequest {
  readonly host: HostOptions;
  readonly server: LocalServerRequest;
  readonly rebuild: RebuildOptions;
}

const text = z.string().min(1);
const count = z.int().min(1);
const tool = text.exactOptional();
const tools = z.strictObject({ aws: tool, mysql: tool, tar: tool, xbstream: tool, xtrabackup: tool, zstd: tool });
const storage = z.strictObject({
  bucket: text,
  region: text,
  endpoint: text.exactOptional(),
  accessKeyId: text.exactOptional(),
  secretAccessKey: text.exactOptional(),
  sessionToken: text.exactOptional(),
});
const job = {
  storage,
  workDirectory: text,
  threads: count.exactOptional(),
  tools: tools.exactOptional(),
  timeoutSeconds: count,
  stallTimeoutSeconds: count,
};
const restore = z.strictObject({
  ...job,
  manifestKey: text,
  volumeDirectory: text,
  prepareMemory: text.exactOptional(),
  logBin: text.exactOptional(),
  owner: text.exactOptional(),
});
const backup = z.strictObject({
  ...job,
  database: text,
  backupId: text,
  method: z.enum(["xtrabackup", "clone"]),
  source: connectionSchema,
  socket: text.exactOptional(),
  keyPrefix: z.string(),
  compressionLevel: count.exactOptional(),
  container: z.strictObject({ image: text.exactOptional(), program: text.exactOptional() }).exactOptional(),
  connectionLossTimeoutSeconds: count.exactOptional(),
});
const schema = z.strictObject({
  host: hostOptionsSchema,
  server: z.strictObject({
    target: connectionSchema,
    source: connectionSchema.exactOptional(),
    serverId: count,
    mysqld: text,
    bufferPoolMebibytes: count,
    restore,
    startTimeoutSeconds: count,
  }),
  rebuild: z.strictObject({ source: connectionSchema, backup, minimumIntervalSeconds: count }),
});

/** Checks the JSON text of the stack output `rebuild`. Errors name keys and rules, never a value. */
export function parseRebuildRequest(json: string): RebuildRequest {
  return parseOutput(json, "rebuild", schema);
}
