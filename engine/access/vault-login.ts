import { z } from "zod";
import { messageOf } from "../operation/index.js";
import type { ChartPod } from "./chart-pod.js";
import type { VaultAnswer } from "./observation.js";
import type { S3Login, VaultPlace } from "./request.js";

const ANSWER_MILLISECONDS = 15_000;

const refusal = z.object({ errors: z.array(z.string()).default([]) });
const login = z.object({ auth: z.object({ client_token: z.string() }) });
const secret = z.object({ data: z.object({ data: z.record(z.string(), z.unknown()) }) });

interface Reply {
  readonly status: number;
  readonly body: unknown;
}

export interface VaultResult {
  readonly answer: VaultAnswer;
  /** Of the secret, where the pod takes its keys for S3 from there. */
  readonly login?: S3Login;
}

/** Logs in with a token of the pod's service account and reads the secret, as the pod's agent will. */
export async function readSecret(
  { address }: VaultPlace,
  vault: NonNullable<ChartPod["vault"]>,
  jwt: string,
): Promise<VaultResult> {
  const ask = (path: string, init: RequestInit) => request(address, vault.namespace, path, init);
  try {
    const body = JSON.stringify({ role: vault.role, jwt });
    const loggedIn = await ask(`${vault.authPath}/login`, { method: "POST", body });
    if (loggedIn.status !== 200) return { answer: refused("login", loggedIn) };
    const token = login.parse(loggedIn.body).auth.client_token;
    const read = await ask(vault.path, { headers: { "X-Vault-Token": token } });
    await ask("auth/token/revoke-self", { method: "POST", headers: { "X-Vault-Token": token } });
    if (read.status !== 200) return { answer: refused("read", read) };
    const data = secret.safeParse(read.body).data?.data.data ?? {};
    return { answer: { step: "done", keys: Object.keys(data) }, ...(vault.hasS3Keys ? s3Login(data) : {}) };
  } catch (error) {
    return { answer: { step: "reach", why: reasonOf(error) } };
  }
}

async function request(
  address: string,
  namespace: string | undefined,
  path: string,
  init: RequestInit,
): Promise<Reply> {
  const headers = {
    "Content-Type": "application/json",
    ...(namespace === undefined ? {} : { "X-Vault-Namespace": namespace }),
    ...init.headers,
  };
  const url = `${address.replace(/\/+$/, "")}/v1/${path}`;
  const response = await fetch(url, { ...init, headers, signal: AbortSignal.timeout(ANSWER_MILLISECONDS) });
  const text = await response.text();
  const isJson = text !== "" && response.headers.get("content-type") === "application/json";
  // What is no Vault may answer anything.
  return { status: response.status, body: isJson ? JSON.parse(text) : {} };
}

function refused(step: "login" | "read", { status, body }: Reply): VaultAnswer {
  return { step, status, errors: refusal.safeParse(body).data?.errors ?? [] };
}

function s3Login(data: Readonly<Record<string, unknown>>): { readonly login?: S3Login } {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = data;
  if (typeof accessKeyId !== "string" || typeof secretAccessKey !== "string") return {};
  return { login: { accessKeyId, secretAccessKey } };
}

/** fetch says in its cause what went wrong. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause === undefined ? messageOf(error) : `${messageOf(error)}: ${messageOf(cause)}`;
}
