import { z } from "zod";
import { FerryError } from "../operation/index.js";
import type { HostOptions } from "./open-host.js";

const text = z.string().min(1);

const login = z.strictObject({
  host: text,
  port: z.number().int().min(1).max(65_535).exactOptional(),
  user: text,
  privateKey: text.exactOptional(),
  passphrase: text.exactOptional(),
  agentSocket: text.exactOptional(),
  knownHosts: text.exactOptional(),
  hostKeyFingerprint: z
    .string()
    .regex(/^SHA256:[A-Za-z0-9+/]{43}=?$/, { error: "wanted SHA256: and 43 characters of Base64" })
    .exactOptional(),
  connectTimeoutSeconds: z.number().positive().exactOptional(),
});

export const sshSchema = login.extend({ bastion: login.exactOptional() });

const hostSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("local") }),
  sshSchema.extend({ kind: z.literal("ssh") }),
]);

/** Reads how to reach a host from JSON; the error names what is wrong at which place, never a value. */
export function parseHostOptions(json: string, origin: string): HostOptions {
  const result = hostSchema.safeParse(parse(json, origin));
  if (result.success) return result.data;
  const mistakes = result.error.issues.map(({ path, message }) => `${path.join(".") || "the whole"}: ${message}`);
  throw failure(origin, mistakes.join("; "));
}

function parse(json: string, origin: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    // A parser's message quotes the text, and with it the key.
    throw failure(origin, "it is not JSON");
  }
}

function failure(origin: string, seen: string): FerryError {
  return new FerryError({
    failed: "reading how the host is reached",
    where: origin,
    seen,
    wanted: '{"kind": "local"}, {"kind": "ssh", "host": ..., "user": ..., ...} or {"kind": "ssm", ...}',
    next: "correct it; the README lists the fields",
  });
}
