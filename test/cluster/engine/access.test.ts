import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, beforeAll, expect, it } from "vitest";
import { accountManifest } from "../../../engine/access/account.js";
import { type AccessRequest, checkAccess, ensureAccess } from "../../../engine/access/index.js";
import { putTestObject } from "../../../engine/access/test-object.js";
import { assertNoBlockers, type Finding, silent } from "../../../engine/operation/index.js";
import { type Cluster, MYSQL_IMAGE } from "../../../lab/cluster/index.js";
import { startTestMysql, startTestS3, type TestMysql, type TestS3 } from "../../../lab/testing.js";
import { type RefusingS3, startRefusingS3 } from "../../server/helpers/refusing-s3.js";
import { type TestNamespace, testCluster } from "../helpers/cluster.js";
import { Relay } from "../helpers/relay.js";
import { Release } from "../helpers/release.js";
import { makeRestrictedNamespace } from "../helpers/restricted-namespace.js";
import { type AppliedAccess, VaultPlace } from "../helpers/vault-place.js";

const RELEASE = "shop-target";
const [repository = "", tag = ""] = MYSQL_IMAGE.split(/:(?=[^:]*$)/);

let cluster: Cluster;
let namespace: TestNamespace;
let source: TestMysql;
let s3: TestS3;
let denying: RefusingS3;
let vault: VaultPlace;
let granted: AppliedAccess;
let kubeconfig: string;
let relays: Record<"source" | "s3" | "denying" | "vault", Relay>;

beforeAll(async () => {
  cluster = await testCluster();
  [namespace, source, s3, vault] = await Promise.all([
    makeRestrictedNamespace(cluster, "access"),
    startTestMysql({ name: "access-source" }),
    startTestS3(),
    VaultPlace.start(),
  ]);
  denying = await startRefusingS3(s3.endpoint, () => true);
  const relay = (port: number | string) => Relay.start(cluster.addresses.hostAddress, Number(port));
  relays = {
    source: await relay(source.port),
    s3: await relay(new URL(s3.endpoint).port),
    denying: await relay(new URL(denying.endpoint).port),
    vault: await relay(new URL(vault.root.address).port),
  };
  granted = await grantVault();
  kubeconfig = await limitedKubeconfig();
});
afterAll(async () => {
  await cluster.kubectl(["delete", "clusterrolebinding", namespace.name, "--ignore-not-found"]);
  await namespace.remove();
  await Promise.all(Object.values(relays).map((relay) => relay.stop()));
  await Promise.all([source.stop(), denying.stop().then(() => s3.stop()), vault.stop()]);
});

/** The pods' role in Vault, which asks the cluster about their tokens. */
async function grantVault(): Promise<AppliedAccess> {
  await namespace.kubectl(["create", "serviceaccount", "reviewer"]);
  const subject = `--serviceaccount=${namespace.name}:reviewer`;
  const role = "--clusterrole=system:auth-delegator";
  await cluster.kubectl(["create", "clusterrolebinding", namespace.name, role, subject]);
  const [api] = JSON.parse(readFileSync(cluster.kubeconfig, "utf8")).clusters;
  const reviewerToken = pulumi.secret((await namespace.kubectl(["create", "token", "reviewer"])).trim());
  const caCertificate = Buffer.from(api.cluster["certificate-authority-data"], "base64").toString();
  return vault.apply({
    database: "shop",
    address: vault.root.address,
    kubernetesMount: "kubernetes-access",
    namespace: namespace.name,
    serviceAccount: RELEASE,
    newMounts: { kv: true, kubernetes: { host: api.cluster.server, caCertificate, reviewerToken } },
    credentials: {
      sourceHostIp: "10.20.3.4",
      replicationUser: "gtid_ferry_repl",
      replicationPassword: "a-replication-password",
      user: "ferry_admin",
      password: "an-administrators-password",
    },
  });
}

/** Of an account with no right that the check does not need. */
async function limitedKubeconfig(): Promise<string> {
  const rule = (resource: string, ...verbs: string[]) => ({ apiGroups: [""], resources: [resource], verbs });
  const role = {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "Role",
    metadata: { name: "checker" },
    rules: [
      rule("pods", "get", "create", "delete"),
      rule("pods/log", "get"),
      rule("secrets", "create", "delete"),
      rule("serviceaccounts", "get", "create", "delete"),
      rule("serviceaccounts/token", "create"),
    ],
  };
  await namespace.kubectl(["create", "serviceaccount", "checker"]);
  await namespace.kubectl(["apply", "--filename=-"], JSON.stringify(role));
  const subject = `--serviceaccount=${namespace.name}:checker`;
  await namespace.kubectl(["create", "rolebinding", "checker", "--role=checker", subject]);
  const { clusters } = JSON.parse(readFileSync(cluster.kubeconfig, "utf8"));
  const token = (await namespace.kubectl(["create", "token", "checker"])).trim();
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters,
    users: [{ name: "checker", user: { token } }],
    contexts: [{ name: "checker", context: { cluster: clusters[0].name, user: "checker" } }],
    "current-context": "checker",
  });
}

const address = (name: keyof typeof relays) => `${cluster.addresses.hostAddress}:${relays[name].port}`;

function requestWith(changes: Partial<AccessRequest> = {}, values: Record<string, unknown> = {}): AccessRequest {
  const { bucket, region, accessKeyId, secretAccessKey } = s3;
  return {
    cluster: { kubeconfig, namespace: namespace.name },
    release: RELEASE,
    chartValues: { ...chartValues(), ...values },
    database: "shop",
    bucket: { bucket, region, endpoint: `http://${address("s3")}`, keyPrefix: "backups" },
    podLogin: { accessKeyId, secretAccessKey },
    writer: s3,
    source: { host: cluster.addresses.hostAddress, port: relays.source.port },
    vault: { address: `http://${address("vault")}` },
    startTimeoutSeconds: 60,
    ...changes,
  };
}

function chartValues(role = granted.role) {
  const { podLogin, secret: path } = granted;
  const authPath = podLogin.replace(/\/login$/, "");
  return {
    image: { repository, tag, pullPolicy: "IfNotPresent" },
    credentials: { source: "vault", vault: { role, authPath, path } },
  };
}

/** What is no MySQL, and says so at once. */
async function startGreeter(greeting: string) {
  const server = createServer((socket) => socket.end(greeting));
  await new Promise<void>((resolve) => server.listen(0, cluster.addresses.hostAddress, resolve));
  const { port } = server.address() as AddressInfo;
  return { port, stop: () => new Promise((resolve) => server.close(resolve)) };
}

/** `severity check: seen`. */
const told = (findings: readonly Finding[]) =>
  findings.map(({ severity, check, seen }) => `${severity} ${check}: ${seen}`);

async function names(...kinds: readonly string[]): Promise<string[]> {
  const list = await namespace.kubectl(["get", kinds.join(","), "--output=name"]);
  return list.split("\n").filter((name) => name !== "");
}

it("sees that the pods will get at everything, and leaves nothing behind", async () => {
  const before = await names("pods", "secrets", "serviceaccounts");
  const lines: string[] = [];
  const findings = await ensureAccess(requestWith(), (line) => lines.push(line));
  expect(told(findings)).toEqual([
    "ok service-account: none yet; the pod of this check had one of the same name, which is gone again",
    "ok bucket-list: listed",
    "ok bucket-read: read",
    expect.stringMatching(/^ok source-port: MySQL 9\.\S+ greets$/),
    "ok vault-port: connected",
    "ok vault-login: logged in",
    "ok vault-secret: has DB_USERNAME, DB_PASSWORD",
  ]);
  expect(await names("pods", "secrets", "serviceaccounts")).toEqual(before);
  expect(lines.join("\n")).not.toMatch(new RegExp(`${s3.secretAccessKey}|an-administrators-password`));
});

it("names all that stands in the way at once, with the fix of each", async () => {
  const { bucket, region } = s3;
  const other = await startGreeter("SSH-2.0-other\r\n");
  const request = requestWith(
    {
      bucket: { bucket, region, endpoint: `http://${address("denying")}`, keyPrefix: "backups" },
      source: { host: cluster.addresses.hostAddress, port: other.port },
    },
    chartValues("db_replication_orders"),
  );
  const findings = await checkAccess(request, silent);
  await other.stop();
  expect(told(findings)).toEqual([
    expect.stringMatching(/^ok service-account/),
    expect.stringMatching(/^blocker bucket-list: .*\(AccessDenied\) when calling the ListObjectsV2/s),
    expect.stringMatching(/^blocker bucket-read: .*\(AccessDenied\) when calling the GetObject/s),
    'blocker source-port: something else listens there: it says "SSH-2.0-other"',
    "ok vault-port: connected",
    expect.stringMatching(/^blocker vault-login: Vault answers 400: invalid role name/),
  ]);
  expect(() => assertNoBlockers(findings, "access check")).toThrow(
    /access check failed on [\s\S]*next:[\s\S]*bucket-list: allow s3:ListBucket[\s\S]*vault-login: give the role of that name/,
  );
});

it("tells a bucket, an object, a port and a secret apart that are not there", async () => {
  const gone = await Relay.start(cluster.addresses.hostAddress, 1);
  const { port } = gone;
  await gone.stop();
  const { writer: _, ...request } = requestWith();
  await vault.root.request("DELETE", granted.secret.replace("/data/", "/metadata/"));
  const empty = {
    ...request,
    database: "orders",
    source: { host: cluster.addresses.hostAddress, port },
    vault: { address: `http://${cluster.addresses.hostAddress}:${port}` },
  };
  expect(told(await checkAccess(empty, silent))).toEqual([
    expect.stringMatching(/^ok service-account/),
    "ok bucket-list: listed; there is nothing yet",
    "blocker bucket-read: there is no test object",
    "blocker source-port: no connection: Connection refused",
    "blocker vault-port: no connection: Connection refused",
    expect.stringMatching(/^blocker vault-login: .*ECONNREFUSED/),
  ]);
  const lost = {
    ...request,
    bucket: { ...request.bucket, bucket: "no-such-bucket" },
    writer: { ...s3, bucket: "no-such-bucket" },
  };
  const findings = await checkAccess(lost, silent);
  expect(told(findings)).toContainEqual(expect.stringMatching(/^blocker bucket-list: .*\(NoSuchBucket\)/s));
  expect(told(findings)).toContainEqual(expect.stringMatching(/^blocker vault-secret: Vault answers 404/));
});

it("waits for what settles a moment later", async () => {
  const { vault: _, writer: __, ...request } = { ...requestWith(), database: "ledger", settleTimeoutSeconds: 60 };
  const lines: string[] = [];
  const writing: Promise<unknown>[] = [];
  const findings = await ensureAccess(request, (line) => {
    if (lines.push(line) === 2) writing.push(putTestObject({ ...request, writer: s3 }));
  });
  await Promise.all(writing);
  expect(lines[1]).toBe("access check: bucket-read refused; rights may not hold yet, so once more");
  expect(told(findings)).toContain("ok bucket-read: read");
});

it("asks for a service account that the release does not make, and for one that Helm does not know", async () => {
  const own = { serviceAccount: { create: false, name: "of-their-own" } };
  expect(await checkAccess(requestWith({}, own), silent)).toEqual([
    expect.objectContaining({
      severity: "blocker",
      check: "service-account",
      fix: `kubectl create serviceaccount of-their-own --namespace ${namespace.name}`,
    }),
  ]);
  const { vault: _, ...request } = requestWith({}, { serviceAccount: { name: "reviewer" } });
  expect(told(await checkAccess(request, silent))[0]).toBe(
    "blocker service-account: it is there, and Helm does not know it: the release could not be installed",
  );
});

it("is a command, whose exit code tells of blockers", () => {
  const request = requestWith({}, { serviceAccount: { create: false, name: "of-their-own" } });
  const command = [resolve("engine/dist/cli/main.js"), "access", "--request", "-", "--json"];
  const run = spawnSync(process.execPath, command, { input: JSON.stringify(request), encoding: "utf8" });
  expect(run.status, run.stderr).toBe(1);
  expect(told(JSON.parse(run.stdout))).toEqual(["blocker service-account: there is none"]);
});

it("says what a pod waits for that cannot start, and removes it", async () => {
  const { vault: _, ...request } = requestWith({ startTimeoutSeconds: 3 }, { nodeSelector: { disk: "none" } });
  expect(told(await checkAccess(request, silent))).toContainEqual(
    expect.stringMatching(/^blocker pod: the pod did not start within 3 s: .*didn't match Pod's node affinity/),
  );
  expect(await names("pods")).toEqual([]);
});

it("refuses a namespace that is not there", async () => {
  const request = requestWith();
  const place = { kubeconfig: readFileSync(cluster.kubeconfig, "utf8"), namespace: "no-such-namespace" };
  const nowhere = { ...request, cluster: place };
  await expect(checkAccess(nowhere, silent)).rejects.toThrow(/next: {3}kubectl create namespace no-such-namespace/);
});

it("leaves a service account that Helm takes over, where it was killed before", async () => {
  const { vault: _, ...request } = requestWith();
  const account = accountManifest(request, { name: RELEASE, annotations: {} });
  await namespace.kubectl(["apply", "--filename=-"], JSON.stringify(account));
  const storage = { ...s3, endpoint: `http://${address("s3")}` };
  const release = new Release({ cluster, namespace: namespace.name, storage }, RELEASE);
  release.install("backups/shop/none/manifest.json");
  expect(told(await checkAccess(request, silent))[0]).toBe("ok service-account: it is there");
  expect(await names("serviceaccounts")).toContain(`serviceaccount/${RELEASE}`);
  release.uninstall();
});
