import { z } from "zod";
import { FerryError } from "../operation/index.js";
import type { SshOptions } from "./ssh/options.js";
import type { SsmOptions } from "./ssm/options.js";

/** How to reach a host; plain data, so that it can be an input of a resource. Holds secrets, so never log it. */
export type HostOptions =
  | { readonly kind: "local" }
  | ({ readonly kind: "ssh" } & SshOptions)
  | ({ readonly kind: "ssm" } & SsmOptions);

const text = z.string().min(1);
const optional = text.exactOptional();
const login = {
  host: text,
  port: z.int().min(1).max(65_535).exactOptional(),
  user: text,
  privateKey: optional,
  passphrase: optional,
  agentSocket: optional,
  knownHosts: optional,
  hostKeyFingerprint: z.string().startsWith("SHA256:").exactOptional(),
  connectTimeoutSeconds: z.number().positive().exactOptional(),
};

const ssh = { ...login, bastion: z.strictObject(login).exactOptional() };

export const sshOptionsSchema: z.ZodType<SshOptions> = z.strictObject(ssh);

export const hostOptionsSchema: z.ZodType<HostOptions> = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("local") }),
  z.strictObject({ kind: z.literal("ssh"), ...ssh }),
  z.strictObject({
    kind: z.literal("ssm"),
    instanceId: text,
    region: text,
    accessKeyId: optional,
    secretAccessKey: optional,
    sessionToken: optional,
    endpoint: optional,
  }),
]);

/** Reads the JSON text of HostOptions, which the user calls `name`. Errors name keys and rules, never a value. */
export function parseHostOptions(json: string, name: string): HostOptions {
  const refuse = (seen: string): never => {
    throw new FerryError({
      failed: "reading how commands are run on a host",
      where: name,
      seen,
      wanted: 'JSON such as {"kind":"ssh","host":"10.0.0.5","user":"ec2-user","privateKey":"...","knownHosts":"..."}',
      next: `correct ${name}; kind is local, ssh or ssm`,
    });
  };
  const result = hostOptionsSchema.safeParse(parseJson(json) ?? refuse("no JSON"));
  if (result.success) return result.data;
  return refuse(result.error.issues.map(({ path, message }) => `${[name, ...path].join(".")}: ${message}`).join("; "));
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    // The parser's own message quotes the text, which may hold a key.
    return undefined;
  }
}
