import { z } from "zod";
import type { ConnectionOptions, TlsMode } from "../mysql/index.js";
import type { Side } from "../topology/index.js";
import { viaSchema } from "../tunnel/index.js";
import { parseOutput, readPrivateText } from "./private-json.js";

export const TLS_MODES = ["disabled", "required", "verify-ca", "verify-identity"] as const satisfies readonly TlsMode[];

/** The servers of a migration as administrators reach them: both, or the one that the phase knows. Holds secrets. */
export type Connections = Readonly<Partial<Record<Side, ConnectionOptions>>>;

const OUTPUT = "connections";

const name = z.string().min(1);
const tls = z
  .strictObject({ mode: z.enum(TLS_MODES), ca: name.exactOptional() })
  .refine(({ mode, ca }) => !mode.startsWith("verify") || ca !== undefined, {
    path: ["ca"],
    error: "wanted the certificate authority (PEM), because the mode verifies it",
  });
/** One server as an administrator reaches it. */
export const connectionSchema = z.strictObject({
  host: name,
  port: z.int().min(1).max(65_535),
  user: name,
  password: z.string(),
  tls: tls.exactOptional(),
  connectTimeoutSeconds: z.number().positive().exactOptional(),
  via: viaSchema.exactOptional(),
});
const connections = z
  .strictObject({ source: connectionSchema.exactOptional(), target: connectionSchema.exactOptional() })
  .refine(({ source, target }) => source !== undefined || target !== undefined, {
    error: "wanted source, target or both",
  });

/** Reads the stack output `connections` from a file that only its owner may use, or from standard input (`-`). */
export async function readConnections(file: string): Promise<Connections> {
  return parseConnections(await readPrivateText(file, OUTPUT));
}

/** Checks the JSON text of the stack output `connections`. Errors name keys and rules, never a value. */
export function parseConnections(json: string): Connections {
  return parseOutput(json, OUTPUT, connections);
}
