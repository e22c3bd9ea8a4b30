import { afterAll, beforeAll, describe, expect, it } from "vitest";
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
  await namespace?.remove();
  await stack?.stop();
});

async function destroy(): Promise<string> {
  const { exitCode, output } = await stack.pulumi("destroy", "--yes", "--skip-preview");
  expect(exitCode, output).toBe(0);
  return output;
}

// One stack's life in order: each test starts where the one before ended.
describe("a migration on platform aws that is given up", () => {
  it("while it replicates loses target, volume and all of both accounts; the source is as it was", async () => {
    await stack.up();
    await destroy();
    const kinds = "statefulsets,services,persistentvolumeclaims,secrets,serviceaccounts";
    const left = () => namespace.kubectl(["get", kinds, "--selector=app.kubernetes.io/instance=crm", "--output=name"]);
    await expect.poll(left, { timeout: 30_000 }).toBe("");
    expect(await stack.madeInAws()).toEqual([]);
    expect(await stack.source.mysqld.rootQuery("SELECT @@gtid_mode AS mode")).toEqual([{ mode: "OFF" }]);
  });

  it("can begin anew at once, as the source lists no replica any more", async () => {
    await stack.configure("vault", stack.parts?.vaultWithMounts ?? "");
    await stack.makeVolume(0);
    await stack.up();
    expect(await stack.source.mysqld.rootQuery("SHOW REPLICAS")).toHaveLength(1);
  });

  it("after the cutover leaves the target as the primary, with its volume, its Services and its part of Vault", async () => {
    const address = await namespace.kubectl(["get", "service", "crm-target", "--output=jsonpath={.spec.clusterIP}"]);
    await stack.configure("targetHostForSource", address);
    await stack.configure("phase", "cutover");
    await stack.up();
    expect(await destroy()).toContain("it is the primary and accepts writes; it stays so");
    expect(await stack.madeInAws()).toEqual([]);
    expect(await namespace.kubectl(["get", "services,persistentvolumeclaims", "--output=name"])).toMatch(
      /service\/crm\n[\s\S]*persistentvolumeclaim\/data-crm-0/,
    );
    expect(await stack.parts?.vault.request("GET", "kv/data/db_replication/crm")).toMatchObject({ data: { data: {} } });
    expect(await stack.source.mysqld.rootQuery("SELECT @@super_read_only AS fenced")).toEqual([{ fenced: 1 }]);
  });
});
