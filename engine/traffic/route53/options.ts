import { z } from "zod";
import { endpointsSchema } from "../endpoints.js";

/** One record of a hosted zone that applications resolve. */
export const route53Options = z.strictObject({
  kind: z.literal("route53"),
  hostedZoneId: z.string().min(1),
  /** Full name of the record, with or without the dot at its end. */
  record: z.string().min(1),
  type: z.enum(["CNAME", "A"]),
  /** For how long clients keep an answer: they go on to the old primary for as long. */
  ttlSeconds: z.number().int().min(1).max(300).default(5),
  /** Value of the record for `source`, `target` and other members: a host name for CNAME, an IPv4 address for A. */
  values: endpointsSchema(z.string().min(1)),
  /** @default the default credential chain of AWS */
  accessKeyId: z.string().min(1).optional(),
  secretAccessKey: z.string().min(1).optional(),
  endpoint: z.url().optional(),
  /** Longest time for one call, and for the change to reach all name servers. */
  timeoutSeconds: z.number().positive().default(60),
});

export type Route53Options = z.infer<typeof route53Options>;
