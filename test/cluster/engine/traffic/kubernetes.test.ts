import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { silent } from "@gtid-ferry/engine/operation";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openRoute, type TrafficRoute } from "../../../../engine/traffic/index.js";
import { PAUSE_IMAGE } from "../../../../lab/cluster/index.js";
import { makeTestNamespace, type TestNamespace, testCluster } from "../../helpers/cluster.js";

const PORT = 3306;
const SOURCE = "source";

let namespace: TestNamespace;
let kubeconfig: string;
let route: TrafficRoute;
let service: string;
/** Outside of the target's release: what the source is, seen from the cluster. */
let sourceAddress: string;

beforeAll(async () => {
  const cluster = await testCluster();
  kubeconfig = readFileSync(cluster.kubeconfig, "utf8");
  namespace = await makeTestNamespace(cluster, "traffic");
  await apply(pod(SOURCE), ...mysqlRelease());
  await namespace.kubectl(["wait", "--for=condition=ready", `pod/${SOURCE}`, "pod/mysql-0", "--timeout=60s"]);
  sourceAddress = await get(`pod/${SOURCE}`, "{.status.podIP}");
  service = await get("service/mysql", "{.spec.clusterIP}");
  route = openRoute({ ...routeOptions(), kubeconfig }, silent);
});
afterAll(() => namespace.remove());

function routeOptions() {
  return {
    kind: "kubernetes" as const,
    namespace: namespace.name,
    service: "mysql",
    portName: "mysql",
    endpoints: {
      source: { addresses: [sourceAddress], port: PORT },
      target: {
        selector: { "app.kubernetes.io/instance": "mysql", "statefulset.kubernetes.io/pod-name": "mysql-0" },
      },
    },
    timeoutSeconds: 10,
  };
}

async function apply(...items: readonly object[]): Promise<void> {
  await namespace.kubectl(["apply", "--filename=-"], JSON.stringify({ apiVersion: "v1", kind: "List", items }));
}

const get = (what: string, path: string) => namespace.kubectl(["get", what, `--output=jsonpath=${path}`]);

/** Tells its name to whoever connects. */
const container = {
  name: "server",
  image: PAUSE_IMAGE,
  command: ["/bin/busybox", "nc", "-ll", "-p", String(PORT), "-e", "/bin/busybox", "hostname"],
  readinessProbe: { exec: { command: ["/bin/busybox", "test", "!", "-e", "/state/unready"] }, periodSeconds: 1 },
  volumeMounts: [{ name: "state", mountPath: "/state" }],
};
const podSpec = {
  terminationGracePeriodSeconds: 0,
  containers: [container],
  volumes: [{ name: "state", emptyDir: {} }],
};

function pod(name: string): object {
  return { apiVersion: "v1", kind: "Pod", metadata: { name, labels: { app: name } }, spec: podSpec };
}

/** What the chart has: several pods, and a Service for applications that nothing selects yet. */
function mysqlRelease(): readonly object[] {
  const labels = { "app.kubernetes.io/instance": "mysql" };
  const template = { metadata: { labels }, spec: podSpec };
  const selector = { matchLabels: labels };
  const set = {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name: "mysql" },
    spec: { serviceName: "mysql-pods", replicas: 2, podManagementPolicy: "Parallel", selector, template },
  };
  const spec = { ports: [{ name: "mysql", port: PORT }] };
  return [set, { apiVersion: "v1", kind: "Service", metadata: { name: "mysql" }, spec }];
}

/** Who answers at the Service's address; undefined when nobody does. */
function answerOf(host: string): Promise<string | undefined> {
  return new Promise((settle) => {
    let answer = "";
    const socket = connect({ host, port: PORT, timeout: 2_000 });
    socket.on("data", (chunk) => {
      answer += String(chunk);
    });
    socket.on("timeout", () => socket.destroy());
    socket.on("error", () => undefined);
    socket.once("close", () => settle(answer === "" ? undefined : answer.trim()));
  });
}

/** Everybody who answers in a few tries: more than one would be a Service that leads to both sides. */
async function answersOf(host: string): Promise<string[]> {
  const answers = new Set<string>();
  for (let attempt = 0; attempt < 20; attempt += 1) answers.add((await answerOf(host)) ?? "nobody");
  return [...answers];
}

it("leads new connections to the source outside, to the target's first pod, and back again, to no two at once", async () => {
  expect(await route.observe()).toBe("unset");
  expect(await answerOf(service)).toBeUndefined();
  for (const [side, name] of [
    ["source", SOURCE],
    ["target", "mysql-0"],
    ["source", SOURCE],
    ["target", "mysql-0"],
  ] as const) {
    await route.lead(side);
    expect(await route.observe()).toBe(side);
    await expect.poll(() => answersOf(service), { timeout: 10_000 }).toEqual([name]);
    // Controllers have had their say.
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    expect([await route.observe(), await answersOf(service)]).toEqual([side, [name]]);
  }
}, 120_000);

it("is led once more without a change", async () => {
  await route.lead("source");
  const version = () => get("service/mysql", "{.spec}");
  const before = await version();
  await route.lead("source");
  expect(await version()).toBe(before);
  expect(await route.observe()).toBe("source");
});

it("keeps to the pod's name when the pod is made anew", async () => {
  await route.lead("target");
  await namespace.kubectl(["delete", "pod", "mysql-0"]);
  await namespace.kubectl(["wait", "--for=create", "pod/mysql-0", "--timeout=60s"]);
  await expect.poll(() => answersOf(service), { timeout: 60_000 }).toEqual(["mysql-0"]);
});

it("fails to lead to a pod that is not ready, and says so", async () => {
  await route.lead("source");
  await namespace.kubectl(["exec", "mysql-0", "--", "/bin/busybox", "touch", "/state/unready"]);
  await namespace.kubectl(["wait", "--for=condition=ready=false", "pod/mysql-0", "--timeout=60s"]);
  const impatient = openRoute({ ...routeOptions(), kubeconfig, timeoutSeconds: 1 }, silent);
  await expect(impatient.lead("target")).rejects.toThrow(/no pod of its selector is ready/);
  await namespace.kubectl(["exec", "mysql-0", "--", "/bin/busybox", "rm", "/state/unready"]);
  await route.lead("target");
}, 120_000);

it("needs no more than the rights that its error names", async () => {
  await namespace.kubectl(["create", "serviceaccount", "ferry"]);
  const token = (await namespace.kubectl(["create", "token", "ferry"])).trim();
  const own = kubeconfig.replace(/"token": "[^"]*"/, `"token": "${token}"`);
  const ferry = openRoute({ ...routeOptions(), kubeconfig: own }, silent);
  await expect(ferry.lead("source")).rejects.toThrow(/the API answers 403[\s\S]*get and update of services/);
  const rule = (apiGroup: string, resource: string, ...verbs: string[]) => ({
    apiGroups: [apiGroup],
    resources: [resource],
    verbs,
  });
  const metadata = { name: "ferry" };
  const rules = [
    rule("", "services", "get", "update"),
    rule("", "endpoints", "delete"),
    rule("discovery.k8s.io", "endpointslices", "list", "create", "update", "delete"),
  ];
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "ferry" };
  const subjects = [{ kind: "ServiceAccount", name: "ferry" }];
  await apply(
    { apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role", metadata, rules },
    { apiVersion: "rbac.authorization.k8s.io/v1", kind: "RoleBinding", metadata, roleRef, subjects },
  );
  await expect.poll(() => ferry.observe().catch(String), { timeout: 10_000 }).toBe("target");
  await ferry.lead("source");
  await ferry.lead("target");
  expect(await ferry.observe()).toBe("target");
}, 120_000);
