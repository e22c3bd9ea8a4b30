import { readFile } from "node:fs/promises";
import { z } from "zod";
import { messageOf } from "../operation/index.js";
import type { ChartPod } from "./chart-pod.js";
import type { VaultAnswer } from "./observation.js";
import type { S3Login, VaultPlace } from "./request.js";
import { type Message, type Reply, send } from "./send.js";

const refusal = z.object({ errors: z.array(z.string()).default([]) });
const login = z.object({ auth: z.object({ client_token: z.string() }) });
const secret = z.object({ data: z.object({ data: z.record(z.string(), z.unknown()) }) });

export interface VaultResult {
  readonly answer: VaultAnswer;
  /** Of the secret, where the pod takes its keys for S3 from there. */
  readonly login?: S3Login;
}

/** Logs in with a token of the pod's service account and reads the secret, as the pod's agent will. */
export async function readSecret(
  { address, caCertFile, namespace: ownNamespace }: VaultPlace,
  vault: NonNullable<ChartPod["vault"]>,
  jwt: string,
): Promise<VaultResult> {
  const namespace = vault.namespace ?? ownNamespace;
  try {
    const ca = caCertFile === undefined ? {} : { ca: await readFile(caCertFile, "utf8") };
    const ask = (method: Message["method"], path: string, token?: string, body?: string) => {
      const headers = {
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...(token === undefined ? {} : { "X-Vault-Token": token }),
        ...(namespace === undefined ? {} : { "X-Vault-Namespace": namespace }),
      };
      const message = { method, headers, ...ca, ...(body === undefined ? {} : { body }) };
      return send(`${address.replace(/\/+$/, "")}/v1/${path}`, message);
    };
    const loggedIn = await ask("POST", `${vault.authPath}/login`, undefined, JSON.stringify({ role: vault.role, jwt }));
    if (loggedIn.status !== 200) return { answer: refused("login", loggedIn) };
    const token = login.parse(loggedIn.body).auth.client_token;
    const read = await ask("GET", vault.path, token);
    await ask("POST", "auth/token/revoke-self", token);
    if (read.status !== 200) return { answer: refused("read", read) };
    const data = secret.safeParse(read.body).data?.data.data ?? {};
    return { answer: { step: "done", keys: Object.keys(data) }, ...(vault.hasS3Keys ? s3Login(data) : {}) };
  } catch (error) {
    return { answer: { step: "reach", why: reasonOf(error) } };
  }
}

function refused(step: "login" | "read", { status, body }: Reply): VaultAnswer {
  return { step, status, errors: refusal.safeParse(body).data?.errors ?? [] };
}

function s3Login(data: Readonly<Record<string, unknown>>): { readonly login?: S3Login } {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = data;
  if (typeof accessKeyId !== "string" || typeof secretAccessKey !== "string") return {};
  return { login: { accessKeyId, secretAccessKey } };
}

/** Of a host with several addresses the parts say what went wrong. */
function reasonOf(error: unknown): string {
  return error instanceof AggregateError ? error.errors.map(messageOf).join("; ") : messageOf(error);
}
