import { z } from "zod";
import { isPlainSetting } from "../mysql/index.js";

const bytes = z.number().int().nonnegative();
const text = z.string().min(1);

const manifestSchema = z.strictObject({
  formatVersion: z.literal(1),
  database: text,
  backupId: text,
  method: z.enum(["xtrabackup", "clone"]),
  archive: z.enum(["tar", "xbstream"]),
  compression: z.literal("zstd"),
  toolVersion: text,
  serverVersion: text,
  serverUuid: z.uuid(),
  /**
   * Every GTID of this set is in the backup. The restored server may have more: its own gtid_executed is the truth.
   * Empty for a server without any transaction.
   */
  gtidSet: z.string(),
  objectKey: text,
  bytes,
  uncompressedBytes: bytes,
  restoreSpaceBytes: bytes,
  sha256: z.string().regex(/^[0-9a-f]{64}$/, "not 64 hexadecimal digits"),
  /** ISO 8601, UTC. */
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  lowerCaseTableNames: z.number().int().min(0).max(2),
  innodbPageSizeBytes: z.number().int().positive(),
  /** Absent in backups that were taken before it was noted; then it is the server's default. */
  innodbDataFilePath: text.exactOptional(),
  /** The keyring component that has the keys of encrypted data; empty or absent where nothing is encrypted. */
  keyring: z.string().exactOptional(),
  /** By which a copy behaves as the source did, by name as my.cnf has it. Backups of earlier releases have none. */
  settings: z.record(z.string().regex(/^[a-z][a-z0-9_.]*$/), z.string().refine(isPlainSetting)).default({}),
});

/** What makes a backup valid, written after everything else. */
export type Manifest = z.infer<typeof manifestSchema>;

/** Reads manifest.json; the error names every field that is wrong. */
export function parseManifest(json: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new Error("the manifest is not JSON", { cause: error });
  }
  const result = manifestSchema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `${path.join(".") || "manifest"}: ${message}`);
  throw new Error(`the manifest is malformed: ${problems.join("; ")}`, { cause: result.error });
}
