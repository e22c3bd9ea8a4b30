import { z } from "zod";
import type { Topology } from "../topology/index.js";
import { type RouteOptions, routeOptions } from "../traffic/index.js";
import { connectionSchema } from "./connections-file.js";
import { parseOutput, readPrivateText } from "./private-json.js";

/** The stack output `topology`: every server, how others reach it, and who shall follow whom. Holds secrets. */
export interface StackTopology extends Topology {
  readonly routes: readonly RouteOptions[];
  readonly limits?: TopologyLimits;
}

/** Seconds; what is absent is the engine's own default. */
export interface TopologyLimits {
  /** How long one member may take to follow its new source. */
  readonly settleTimeoutSeconds?: number;
}

const OUTPUT = "topology";

const text = z.string().min(1);
const memberName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, "wanted letters, digits, dots, - and _");
const seconds = z.number().positive();
const address = z.strictObject({
  host: text,
  port: z.int().min(1).max(65_535),
  user: text,
  password: z.string().max(32),
  tls: z.strictObject({
    mode: z.enum(["disabled", "required", "verify-ca", "verify-identity"]),
    caPath: text.exactOptional(),
  }),
  connectRetrySeconds: seconds,
  retryCount: z.int().min(0),
  heartbeatSeconds: z.number().min(0),
  compression: z.enum(["uncompressed", "zlib", "zstd"]),
});
const schema = z.strictObject({
  channel: text,
  members: z.record(memberName, z.strictObject({ connection: connectionSchema, address })),
  tree: z.record(memberName, memberName.nullable()),
  routes: z.array(routeOptions),
  limits: z.strictObject({ settleTimeoutSeconds: seconds.exactOptional() }).exactOptional(),
});

/** Reads the stack output `topology` from a file that only its owner may use, or from standard input (`-`). */
export async function readTopology(file: string): Promise<StackTopology> {
  return parseTopology(await readPrivateText(file, OUTPUT));
}

/** Checks the JSON text of the stack output `topology`. Errors name keys and rules, never a value. */
export function parseTopology(json: string): StackTopology {
  return parseOutput(json, OUTPUT, schema);
}
