import { z } from "zod";
import type { AccessRequest } from "../access/index.js";
import { parseOutput } from "./private-json.js";

const text = z.string().min(1);
const url = z.url({ protocol: /^https?$/, error: "wanted an address, http(s)://HOST[:PORT]" });
const login = { accessKeyId: text, secretAccessKey: text, sessionToken: text.exactOptional() };
const bucket = { bucket: text, region: text, endpoint: url.exactOptional() };

const schema = z.strictObject({
  cluster: z.strictObject({ kubeconfig: text, context: text.exactOptional(), namespace: text }),
  release: text,
  chartValues: z.record(z.string(), z.unknown()),
  database: text,
  bucket: z.strictObject({ ...bucket, keyPrefix: z.string() }),
  podLogin: z.strictObject(login).exactOptional(),
  writer: z
    .strictObject({
      ...bucket,
      accessKeyId: text.exactOptional(),
      secretAccessKey: text.exactOptional(),
      sessionToken: text.exactOptional(),
      login: z
        .strictObject({
          profile: text.exactOptional(),
          roleArn: text.exactOptional(),
          externalId: text.exactOptional(),
        })
        .exactOptional(),
    })
    .exactOptional(),
  source: z.strictObject({ host: text, port: z.int().min(1).max(65_535) }),
  vault: z
    .strictObject({
      address: url,
      caCertFile: text.exactOptional(),
      namespace: text.exactOptional(),
      audience: text.exactOptional(),
    })
    .exactOptional(),
  startTimeoutSeconds: z.int().min(1),
  lookTimeoutSeconds: z.int().min(1).exactOptional(),
  settleTimeoutSeconds: z.int().min(0).exactOptional(),
});

/** Checks the JSON text of the stack output `access`. Errors name keys and rules, never a value. */
export function parseAccessRequest(json: string): AccessRequest {
  return parseOutput(json, "access", schema);
}
