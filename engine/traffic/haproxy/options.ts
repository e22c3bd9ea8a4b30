import { resolve } from "node:path";
import { z } from "zod";
import { endpointsSchema } from "../endpoints.js";

const name = z.string().regex(/^[\w.:-]+$/);

/** HAProxy in TCP mode before both servers; see the README for a configuration. */
export const haproxyOptions = z.strictObject({
  kind: z.literal("haproxy"),
  /** The runtime API (`stats socket ... level admin`): a path, or `host:port`. */
  socket: z
    .string()
    .min(1)
    .transform((text) => (/:\d+$/.test(text) ? text : resolve(text))),
  frontend: name,
  backend: name,
  /** Names in the backend of the servers `source` and `target`, and of other members. */
  servers: endpointsSchema(name).refine(areDifferent, "two of them are the same server"),
  /**
   * The frontend's limit of connections, for a run that finds it hidden by the hold of one that died. @default the limit
   * of the whole process
   */
  maximumConnections: z.number().int().positive().optional(),
  /** Longest time for one command. */
  timeoutSeconds: z.number().positive().default(2),
});

function areDifferent(servers: Readonly<Record<string, string>>): boolean {
  return new Set(Object.values(servers)).size === Object.keys(servers).length;
}

export type HaproxyOptions = z.infer<typeof haproxyOptions>;
