import { z } from "zod";
import { endpointName } from "../endpoints.js";

/** A program of the user's own that switches traffic. */
export const commandOptions = z.strictObject({
  kind: z.literal("command"),
  /** What messages call it. */
  name: z.string().min(1),
  /** Program and arguments; no shell is involved. */
  argv: z.tuple([z.string().min(1)], z.string()),
  /** Servers that it knows besides `source` and `target`. */
  members: z.array(endpointName).default([]),
  /** Actions that it knows besides `observe` and `lead`. */
  actions: z.array(z.enum(["hold", "cut"])).default([]),
  /** Longest time for one call; a call that takes longer is killed. */
  timeoutSeconds: z.number().positive().default(5),
});

export type CommandOptions = z.infer<typeof commandOptions>;
