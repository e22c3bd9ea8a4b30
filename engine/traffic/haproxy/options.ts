import { resolve } from "node:path";
import { z } from "zod";

/** HAProxy in TCP mode before both servers; see the README for a configuration. */
export const haproxyOptions = z.strictObject({
  kind: z.literal("haproxy"),
  /** The runtime API (`stats socket ... level admin`): a path, or `host:port`. */
  socket: z
    .string()
    .min(1)
    .transform((text) => (/:\d+$/.test(text) ? text : resolve(text))),
  frontend: z.string().regex(/^[\w.:-]+$/),
  backend: z.string().regex(/^[\w.:-]+$/),
  /** Names of the two servers in the backend. */
  servers: z.strictObject({ source: z.string().regex(/^[\w.:-]+$/), target: z.string().regex(/^[\w.:-]+$/) }),
  /** Longest time for one command. */
  timeoutSeconds: z.number().positive().default(2),
});

export type HaproxyOptions = z.infer<typeof haproxyOptions>;
