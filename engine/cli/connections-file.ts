import { open } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { z } from "zod";
import type { ConnectionOptions, TlsMode } from "../mysql/index.js";
import { messageOf } from "../operation/index.js";
import type { Side } from "../topology/index.js";
import { UsageError } from "./usage-error.js";

export const TLS_MODES = ["disabled", "required", "verify-ca", "verify-identity"] as const satisfies readonly TlsMode[];

/** The servers of a migration as administrators reach them: both, or the one that the phase knows. Holds secrets. */
export type Connections = Readonly<Partial<Record<Side, ConnectionOptions>>>;

const name = z.string().min(1);
const tls = z
  .strictObject({ mode: z.enum(TLS_MODES), ca: name.exactOptional() })
  .refine(({ mode, ca }) => !mode.startsWith("verify") || ca !== undefined, {
    path: ["ca"],
    error: "wanted the certificate authority (PEM), because the mode verifies it",
  });
const server = z.strictObject({
  host: name,
  port: z.int().min(1).max(65_535),
  user: name,
  password: z.string(),
  tls: tls.exactOptional(),
  connectTimeoutSeconds: z.number().positive().exactOptional(),
});
const connections = z
  .strictObject({ source: server.exactOptional(), target: server.exactOptional() })
  .refine(({ source, target }) => source !== undefined || target !== undefined, {
    error: "wanted source, target or both",
  });

/** Pulumi's text for a secret that it was not asked to show. */
const MASKED = "[secret]";

/** Reads the stack output `connections` from a file that only its owner may use, or from standard input (`-`). */
export async function readConnections(file: string): Promise<Connections> {
  return parseConnections(file === "-" ? await text(process.stdin) : await readPrivate(file));
}

/** Checks the JSON text of the stack output `connections`. Errors name keys and rules, never a value. */
export function parseConnections(json: string): Connections {
  if (json.trim() === "") throw new UsageError("the connections are empty: did the command that writes them fail?");
  const value = parseJson(json);
  if (value === MASKED) {
    throw new UsageError("the connections are masked: give --show-secrets to pulumi stack output");
  }
  const result = connections.safeParse(value);
  if (result.success) return result.data;
  const mistakes = result.error.issues.map(
    ({ path, message }) => `  ${["connections", ...path].join(".")}: ${message}`,
  );
  throw new UsageError(`the connections have ${mistakes.length} mistake(s)\n${mistakes.join("\n")}`);
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    // The parser's own message quotes the text, which may hold a password.
    throw new UsageError("the connections are not JSON: wanted what pulumi stack output connections --json prints");
  }
}

async function readPrivate(file: string): Promise<string> {
  const handle = await open(file).catch(refuse);
  try {
    const { mode } = await handle.stat();
    if ((mode & 0o077) !== 0) {
      const permissions = (mode & 0o777).toString(8).padStart(3, "0");
      throw new UsageError(
        `other users may use ${file} (mode ${permissions}), and connections hold passwords: chmod 600 ${file}`,
      );
    }
    return await handle.readFile("utf8").catch(refuse);
  } finally {
    await handle.close();
  }
}

function refuse(error: unknown): never {
  throw new UsageError(`cannot read the connections: ${messageOf(error)}`);
}
