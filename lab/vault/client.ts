import { z } from "zod";

/** What Vault said no to, with its own words. */
export class VaultRefusal extends Error {
  override readonly name = "VaultRefusal";

  constructor(
    readonly request: string,
    readonly status: number,
    readonly errors: readonly string[],
  ) {
    super(`${request}: Vault answers ${status}: ${errors.join("; ")}`);
  }
}

const refusal = z.object({ errors: z.array(z.string()).default([]) });
const login = z.object({ auth: z.object({ client_token: z.string() }) });

/** Vault's HTTP API as the owner of one token, or as nobody. */
export class VaultClient {
  constructor(
    readonly address: string,
    readonly token?: string,
  ) {}

  /** `path` without `/v1/`. Gives the answer as it is, undefined for none; throws a VaultRefusal. */
  async request(method: "GET" | "LIST" | "POST" | "DELETE", path: string, body?: object): Promise<unknown> {
    const response = await fetch(`${this.address}/v1/${path}`, {
      method,
      headers: {
        ...(this.token === undefined ? {} : { "X-Vault-Token": this.token }),
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    });
    const text = await response.text();
    const answer: unknown = text === "" ? undefined : JSON.parse(text);
    if (response.ok) return answer;
    throw new VaultRefusal(`${method} ${path}`, response.status, refusal.parse(answer ?? {}).errors);
  }

  /** `path` of what gives out tokens, e.g. "auth/userpass/login/NAME". Gives the owner of the new one. */
  async login(path: string, body: object): Promise<VaultClient> {
    const { auth } = login.parse(await this.request("POST", path, body));
    return new VaultClient(this.address, auth.client_token);
  }
}
