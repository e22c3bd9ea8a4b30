import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Cluster } from "../../../lab/cluster/index.js";
import { makeTestNamespace, type TestNamespace, testCluster } from "../helpers/cluster.js";
import { BACKUP_TOOLS, type ClusterStack, startClusterStack } from "../helpers/cluster-stack.js";

let cluster: Cluster;
let namespace: TestNamespace;
let stack: ClusterStack;
beforeAll(async () => {
  cluster = await testCluster();
  namespace = await makeTestNamespace(cluster, "kubernetes");
  stack = await startClusterStack({ cluster, namespace: namespace.name, database: "orders" });
});
afterAll(async () => {
  await namespace?.remove();
  await stack?.stop();
});

// One stack's life in order: each test starts where the one before ended.
describe("the program on platform kubernetes", () => {
  it("says what is wrong with the login to the source's host, before anything is changed", async () => {
    const { ssh } = stack.source;
    const access = { kind: "ssh", ...ssh, knownHosts: undefined, hostKeyFingerprint: `SHA256:${"A".repeat(43)}` };
    await stack.configure("sourceHostAccess", JSON.stringify(access));
    const { exitCode, output } = await stack.pulumi("preview");
    expect(exitCode).not.toBe(0);
    expect(output).toContain("host key");
    expect(await stack.source.mysqld.rootQuery("SELECT @@gtid_mode AS mode")).toEqual([{ mode: "OFF" }]);
    await stack.configure("sourceHostAccess", JSON.stringify({ kind: "ssh", ...ssh }));
  });

  it("says what the source's host lacks, before anything is changed", async () => {
    await stack.configure("backupTools", JSON.stringify({ ...BACKUP_TOOLS, aws: "/nonexistent/aws" }));
    const { exitCode, output } = await stack.pulumi("preview");
    expect(exitCode).not.toBe(0);
    expect(output).toContain("preparing backup 1 of orders failed");
    expect(output).toContain("/nonexistent/aws");
    expect(output).not.toContain("PRIVATE KEY");
    expect(await stack.source.mysqld.rootQuery("SELECT @@gtid_mode AS mode")).toEqual([{ mode: "OFF" }]);
    await stack.configure("backupTools", JSON.stringify(BACKUP_TOOLS));
  });

  it("makes nothing in any cloud", async () => {
    await stack.up();
    expect((await stack.pluginCalls()).filter(({ type }) => !type.startsWith("kubernetes:"))).toEqual([]);
  });

  it("leaves the target with its volume and its Services when destroyed after the cutover, its source out of reach", async () => {
    const address = await namespace.kubectl(["get", "service", "orders-target", "--output=jsonpath={.spec.clusterIP}"]);
    await stack.configure("targetHostForSource", address);
    await stack.configure("phase", "cutover");
    await stack.up();
    await stack.source.sshd.stop();
    const { exitCode, output } = await stack.pulumi("destroy", "--yes", "--skip-preview");
    expect(exitCode, output).toBe(0);
    expect(output).toContain("is the primary and accepts writes: it stays so");
    expect(output).toContain("what the migration changed there stays");
    expect(await namespace.kubectl(["get", "services,persistentvolumeclaims", "--output=name"])).toMatch(
      /service\/orders\n[\s\S]*persistentvolumeclaim\/data-orders-0/,
    );
    expect(await stack.source.mysqld.rootQuery("SELECT @@super_read_only AS fenced")).toEqual([{ fenced: 1 }]);
  });
});
