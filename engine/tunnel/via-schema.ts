import { z } from "zod";
import { sshOptionsSchema } from "../hosts/index.js";
import type { Via } from "./options.js";

const text = z.string().min(1);

/** Checks a Via that comes from outside. */
export const viaSchema: z.ZodType<Via> = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("direct") }),
  z.strictObject({ kind: z.literal("ssh"), ssh: sshOptionsSchema }),
  z.strictObject({
    kind: z.literal("port-forward"),
    kubeconfig: text,
    context: text.exactOptional(),
    namespace: text,
    pod: text,
  }),
]);
