import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach } from "vitest";
import { openVault } from "../doubles/vault-plugin/client.js";
import { kindOf } from "../doubles/vault-plugin/kinds.js";
import { type Outcome, testContract } from "./contract.js";

const ROOT = "root-token";
const CHILD = "child-token";

/** As much of Vault as shows what the stand-in asks of it: tokens with their lease, and mounts that are made once. */
let server: Server;
let address: string;
let requests: string[] = [];
/** Seconds that Vault has lived. */
let clock = 0;
let childEnds = 0;
let mounts: string[] = [];

beforeAll(async () => {
  server = createServer(async (request, response) => {
    let text = "";
    for await (const part of request) text += part;
    const path = (request.url ?? "").replace("/v1/", "");
    requests.push(`${request.method} ${path} ${text}`.trim());
    const [status, answer] = answerTo(request.headers["x-vault-token"], `${request.method} ${path}`, text);
    response.writeHead(status).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())));
beforeEach(() => {
  requests = [];
  mounts = [];
  clock = 0;
});

function answerTo(token: unknown, call: string, text: string): [status: number, answer: object] {
  const isValid = token === ROOT || token === "no-children" || (token === CHILD && clock < childEnds);
  if (!isValid) return [403, { errors: ["permission denied"] }];
  if (call === "POST auth/token/create") {
    if (token !== ROOT) return [403, { errors: ["1 error occurred: permission denied"] }];
    childEnds = clock + Number.parseInt((JSON.parse(text) as { ttl: string }).ttl, 10);
    return [200, { auth: { client_token: CHILD } }];
  }
  if (call.startsWith("POST sys/mounts/") || call.startsWith("POST sys/auth/")) {
    if (mounts.includes(call)) return [400, { errors: [`path is already in use at ${call.split("/").at(-1)}/`] }];
    mounts.push(call);
  }
  return [200, {}];
}

async function outcome(work: () => Promise<unknown>): Promise<Outcome> {
  try {
    return { exitCode: 0, output: JSON.stringify(await work()) ?? "" };
  } catch (error) {
    return { exitCode: 1, output: String(error) };
  }
}

const open = (changes: object = {}, environment: Record<string, string> = {}) =>
  openVault({ address, token: ROOT, ...changes }, environment);
const wrong = (call: string, work: () => Promise<unknown>, says: string | RegExp) => ({
  call,
  run: () => outcome(work),
  exitCode: 1,
  says,
});
const create = async (type: string, inputs: object) => kindOf(type).create(await open(), inputs);

/** Removes a policy that long after the first use of Vault. */
async function removeAfter(seconds: number, provider: object): Promise<void> {
  const vault = await open(provider);
  clock = seconds;
  await kindOf("vault:index/policy:Policy").remove(vault, { name: "reader", policy: "" });
}

const KV = { path: "kv", type: "kv", options: { version: "2" } };
const KUBERNETES_CONFIG = {
  backend: "kubernetes",
  kubernetesHost: "https://10.0.0.1",
  kubernetesCaCert: "PEM",
  disableLocalCaJwt: true,
};
const META = "terraform-provider-vault internal/provider/meta.go";

testContract({
  double: "Pulumi's Vault plugin",
  rules: [
    {
      rule: "works with a child token that ends after the lease, of 20 minutes by default",
      source: `${META} createChildToken()`,
      wrong: [
        wrong(
          "a token that may make none",
          () => open({ token: "no-children" }),
          "failed to create limited child token: ",
        ),
        wrong("a removal after 20 minutes", () => removeAfter(1200, {}), "403: permission denied"),
        wrong("an empty lease, which counts as none", () => removeAfter(1200, { maxLeaseTtlSeconds: "0" }), "403"),
        wrong("a removal after the lease", () => removeAfter(7200, { maxLeaseTtlSeconds: "7200" }), "403"),
      ],
    },
    {
      rule: "is told address and token by the provider's arguments, else by the environment",
      source: `${META} setClient(), GetResourceDataStr()`,
      wrong: [
        wrong("no address", () => open({ address: "" }), "failed to configure Vault address"),
        wrong("no token", () => open({ token: "" }), "no vault token set on Client"),
        wrong("a token that Vault does not know", () => open({ token: "other" }), "failed to lookup token, err="),
        wrong(
          "the environment's token, where the arguments have one",
          () => open({ token: "other" }, { VAULT_TOKEN: ROOT }),
          "failed to lookup token, err=",
        ),
        wrong("an argument that the stand-in does not know", () => open({ skipChildToken: "true" }), "skipChildToken"),
      ],
    },
    {
      rule: "a mount is made once",
      source: "vault/mount.go, vault/auth.go: path is already in use",
      wrong: [
        wrong(
          "a secrets engine that is there",
          async () => {
            await create("vault:index/mount:Mount", KV);
            await create("vault:index/mount:Mount", KV);
          },
          "400: path is already in use at kv/",
        ),
        wrong(
          "an auth method that is there",
          async () => {
            await create("vault:index/authBackend:AuthBackend", { path: "userpass", type: "userpass" });
            await create("vault:index/authBackend:AuthBackend", { path: "userpass", type: "userpass" });
          },
          "400: path is already in use at userpass/",
        ),
      ],
    },
    {
      rule: "inputs are its own",
      source: "terraform-provider-vault vault/resource_*.go",
      wrong: [
        wrong("one of another kind", () => create("vault:index/mount:Mount", { ...KV, policy: "x" }), "policy"),
        wrong("one that is missing", () => create("vault:index/mount:Mount", { path: "kv" }), "type"),
        wrong("a kind that it has not", () => create("vault:index/secret:Secret", {}), "vault:index/secret:Secret"),
      ],
    },
  ],
  right: [
    {
      call: "a provider's arguments, of which it makes a child token that cannot be renewed",
      run: () =>
        outcome(async () => {
          await open({ maxLeaseTtlSeconds: "86400" });
          return requests;
        }),
      says: JSON.stringify([
        "GET auth/token/lookup-self",
        'POST auth/token/create {"display_name":"terraform","ttl":"86400s","explicit_max_ttl":"86400s","renewable":false}',
      ]),
    },
    {
      call: "the environment, where the arguments are empty",
      run: () => outcome(() => open({ token: "" }, { VAULT_TOKEN: ROOT })),
    },
    { call: "a removal within the lease", run: () => outcome(() => removeAfter(7199, { maxLeaseTtlSeconds: "7200" })) },
    {
      // Vault's own default is true.
      call: "a configuration of Kubernetes without a word on the issuer, whose check it turns on",
      run: () =>
        outcome(async () => {
          await create("vault:kubernetes/authBackendConfig:AuthBackendConfig", KUBERNETES_CONFIG);
          return JSON.parse(requests.at(-1)?.split(" ")[2] ?? "") as unknown;
        }),
      says: '"disable_iss_validation":false',
    },
  ],
});
