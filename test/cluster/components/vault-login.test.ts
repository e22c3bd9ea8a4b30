import { createSign, generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { Cluster } from "../../../lab/cluster/index.js";
import type { VaultClient } from "../../../lab/vault/index.js";
import { makeTestNamespace, type TestNamespace, testCluster } from "../helpers/cluster.js";
import { type AppliedAccess, refusalOf, VaultPlace } from "../helpers/vault-place.js";

const FORBIDDEN = 403;
const AUDIENCE = "https://kubernetes.default.svc";
const SERVICE_ACCOUNT = "shop-target";

let cluster: Cluster;
let place: VaultPlace;
let namespace: TestNamespace;
let another: TestNamespace;
/** Of one namespace, with accounts of their own. */
let shop: AppliedAccess;
let orders: AppliedAccess;

beforeAll(async () => {
  cluster = await testCluster();
  place = await VaultPlace.start();
  [namespace, another] = await Promise.all([makeTestNamespace(cluster, "vault"), makeTestNamespace(cluster, "vault")]);
  for (const account of [SERVICE_ACCOUNT, "orders-target", "reviewer"]) {
    await namespace.kubectl(["create", "serviceaccount", account]);
  }
  await another.kubectl(["create", "serviceaccount", SERVICE_ACCOUNT]);
  await allowReviews("reviewer");
  const api = kubernetesApi();
  const kubernetes = { ...api, reviewerToken: pulumi.secret(await tokenOf("reviewer")) };
  shop = await place.apply(accessTo("shop", { newMounts: { kv: true, kubernetes } }));
  orders = await place.apply(accessTo("orders", {}));
});
afterAll(async () => {
  await cluster.kubectl(["delete", "clusterrolebinding", namespace.name, "--ignore-not-found"]);
  await Promise.all([namespace.remove(), another.remove()]);
  await place.stop();
});

function accessTo(database: string, changes: Partial<Parameters<VaultPlace["apply"]>[0]>) {
  return {
    database,
    address: place.root.address,
    kubernetesMount: "kubernetes-test-cluster",
    namespace: namespace.name,
    serviceAccount: `${database}-target`,
    credentials: {
      sourceHostIp: "10.20.3.4",
      replicationUser: "gtid_ferry_repl",
      replicationPassword: `${database}-replication`,
      user: "ferry_admin",
      password: `${database}-password`,
    },
    ...changes,
  };
}

const kubeconfig = z.object({
  clusters: z.tuple([
    z.object({ cluster: z.object({ server: z.string(), "certificate-authority-data": z.string() }) }),
  ]),
});

/** As the kubeconfig has it. */
function kubernetesApi() {
  const [{ cluster: api }] = kubeconfig.parse(JSON.parse(readFileSync(cluster.kubeconfig, "utf8"))).clusters;
  const caCertificate = Buffer.from(api["certificate-authority-data"], "base64").toString();
  return { host: api.server, caCertificate };
}

async function allowReviews(account: string): Promise<void> {
  const subject = `--serviceaccount=${namespace.name}:${account}`;
  await cluster.kubectl([
    "create",
    "clusterrolebinding",
    namespace.name,
    "--clusterrole=system:auth-delegator",
    subject,
  ]);
}

/** A real token, as the kubelet gives it to the account's pods. */
async function tokenOf(account: string, from = namespace, ...options: string[]): Promise<string> {
  return (await from.kubectl(["create", "token", account, ...options])).trim();
}

const logIn = ({ podLogin, role }: AppliedAccess, jwt: string): Promise<VaultClient> =>
  place.anybody.login(podLogin, { role, jwt });

describe("the pod's role", () => {
  it("lets the pod's own account log in, and read the secret of its database and no other", async () => {
    const pod = await logIn(shop, await tokenOf(SERVICE_ACCOUNT));
    expect(await pod.request("GET", shop.secret)).toMatchObject({
      data: { data: { DB_USERNAME: "ferry_admin", DB_PASSWORD: "shop-password" } },
    });
    expect(await refusalOf(pod.request("GET", orders.secret))).toBe(FORBIDDEN);
    expect(await refusalOf(pod.request("POST", shop.secret, { data: {} }))).toBe(FORBIDDEN);
    expect(await pod.request("GET", "auth/token/lookup-self")).toMatchObject({
      data: {
        policies: ["db_replication_shop_reader", "default"],
        creation_ttl: 3600,
        meta: { service_account_name: SERVICE_ACCOUNT, service_account_namespace: namespace.name },
      },
    });
  });

  it.each([
    ["another account of the namespace", () => tokenOf("orders-target")],
    ["the namespace's default account", () => tokenOf("default")],
    ["an account of the same name in another namespace", () => tokenOf(SERVICE_ACCOUNT, another)],
    ["a token that the cluster did not sign", async () => forged(await tokenOf(SERVICE_ACCOUNT))],
    ["what is no token", async () => "no-token"],
  ])("refuses %s", async (_, token) => {
    expect(await refusalOf(logIn(shop, await token()))).toBe(FORBIDDEN);
  });

  it("refuses an account that is gone, whose token would still hold", async () => {
    await namespace.kubectl(["create", "serviceaccount", "ledger-target"]);
    const token = await tokenOf("ledger-target");
    const ledger = await place.apply(accessTo("ledger", {}));
    expect(await refusalOf(logIn(ledger, token))).toBeUndefined();
    await namespace.kubectl(["delete", "serviceaccount", "ledger-target"]);
    // The API server remembers for some seconds that a token was good.
    await expect.poll(() => refusalOf(logIn(ledger, token)), { timeout: 60_000, interval: 500 }).toBe(FORBIDDEN);
  });

  it("refuses tokens for others' ears, where it is told the audience", async () => {
    const archive = { serviceAccount: SERVICE_ACCOUNT, audience: AUDIENCE };
    const strict = await place.apply(accessTo("archive", archive));
    expect(await refusalOf(logIn(strict, await tokenOf(SERVICE_ACCOUNT)))).toBeUndefined();
    const elsewhere = await tokenOf(SERVICE_ACCOUNT, namespace, "--audience=https://elsewhere.example");
    expect(await refusalOf(logIn(strict, elsewhere))).toBe(FORBIDDEN);
  });
});

describe("Vault without a reviewer of its own", () => {
  it("asks with the token that logs in, which has to be allowed to", async () => {
    const newMounts = { kubernetes: kubernetesApi() };
    const kubernetesMount = "kubernetes-without-reviewer";
    const changes = { kubernetesMount, newMounts, serviceAccount: "reviewer" };
    const self = await place.apply(accessTo("selfmade", changes));
    expect(await refusalOf(logIn(self, await tokenOf("reviewer")))).toBeUndefined();
    const powerless = await place.apply(accessTo("powerless", { kubernetesMount, serviceAccount: SERVICE_ACCOUNT }));
    expect(await refusalOf(logIn(powerless, await tokenOf(SERVICE_ACCOUNT)))).toBe(FORBIDDEN);
  });
});

/** The same claims, signed by somebody else. */
function forged(token: string): string {
  const [header, claims] = token.split(".");
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const signature = createSign("RSA-SHA256").update(`${header}.${claims}`).sign(privateKey, "base64url");
  return `${header}.${claims}.${signature}`;
}
