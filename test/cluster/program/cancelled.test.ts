import { afterAll, beforeAll, expect, it } from "vitest";
import type { Cluster } from "../../../lab/cluster/index.js";
import { makeTestNamespace, type TestNamespace, testCluster } from "../helpers/cluster.js";
import { type ClusterStack, startClusterStack } from "../helpers/cluster-stack.js";

let cluster: Cluster;
let namespace: TestNamespace;
let stack: ClusterStack;
beforeAll(async () => {
  cluster = await testCluster();
  namespace = await makeTestNamespace(cluster, "cancelled");
  stack = await startClusterStack({ cluster, namespace: namespace.name, database: "crm", hasCloud: true });
});
afterAll(async () => {
  await stack?.stop();
  await namespace?.remove();
});

it("takes target, volume and all of both accounts away when cancelled while it replicates; the source is as it was", async () => {
  await stack.up();
  const { exitCode, output } = await stack.pulumi("destroy", "--yes", "--skip-preview");
  expect(exitCode, output).toBe(0);
  const kinds = "statefulsets,services,persistentvolumeclaims,secrets,serviceaccounts";
  const left = () => namespace.kubectl(["get", kinds, "--selector=app.kubernetes.io/instance=crm", "--output=name"]);
  await expect.poll(left, { timeout: 30_000 }).toBe("");
  expect(await stack.madeInAws()).toEqual([]);
  expect(await stack.source.mysqld.rootQuery("SELECT @@gtid_mode AS mode")).toEqual([{ mode: "OFF" }]);
});
