import { MysqlServer } from "@gtid-ferry/engine/mysql";
import { readExecuted } from "@gtid-ferry/engine/topology";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { Cluster } from "../../../lab/cluster/index.js";
import { ADMINISTRATOR } from "../../../lab/defaults.js";
import { FollowingWriters, WRITTEN_TABLE } from "../../server/helpers/following-writers.js";
import { makeTestNamespace, type TestNamespace, testCluster } from "../helpers/cluster.js";
import { BACKUP_TOOLS, type ClusterStack, startClusterStack } from "../helpers/cluster-stack.js";

const WRITERS = 4;
const THINK_MILLISECONDS = 5;
const MYSQL_PORT = 3306;

let cluster: Cluster;
let namespace: TestNamespace;
let stack: ClusterStack;
/** Write pauses of the switchovers as the servers show them, in milliseconds. */
const pauses: number[] = [];
/** Longest time between two writes of all clients in any switchover, in milliseconds. */
let longestGap = 0;
/** From before the backup until the first cutover, on the source alone; then on whichever is the primary. */
const groups: FollowingWriters[] = [];

beforeAll(async () => {
  cluster = await testCluster();
  namespace = await makeTestNamespace(cluster, "migration");
  stack = await startClusterStack({ cluster, namespace: namespace.name, database: "shop" });
  await stack.source.mysqld.rootQuery(
    "CREATE SCHEMA app",
    WRITTEN_TABLE,
    "CREATE USER writer@'%' IDENTIFIED BY 'writer'",
    "GRANT INSERT ON app.* TO writer@'%'",
  );
  await startWriters([sourceAddress()]);
});
afterAll(async () => {
  await Promise.all(groups.map((group) => group.stop()));
  await stack?.stop();
  await namespace?.remove();
});

interface Address {
  readonly host: string;
  readonly port: number;
}

const sourceAddress = () => ({ host: stack.source.address, port: stack.source.mysqld.port });
/** The Service that leads to the target's pod, as this machine, the source's host and pods reach it. */
const targetAddress = async () => ({
  host: await namespace.kubectl(["get", "service", "shop-target", "--output=jsonpath={.spec.clusterIP}"]),
  port: MYSQL_PORT,
});

async function startWriters(addresses: readonly Address[]): Promise<void> {
  const logins = addresses.map((address) => ({ ...address, user: "writer", password: "writer" }));
  groups.push(await FollowingWriters.start(logins, WRITERS, THINK_MILLISECONDS));
}

async function onServer<T>(side: "source" | "target", work: (server: MysqlServer) => Promise<T>): Promise<T> {
  const address = side === "source" ? sourceAddress() : await targetAddress();
  return MysqlServer.with({ ...address, ...ADMINISTRATOR }, side, work);
}

/** Which of the two refuse writes. */
async function fenced() {
  const row = z.object({ fenced: z.number() });
  const look = (side: "source" | "target") =>
    onServer(side, (server) => server.queryOne("SELECT @@super_read_only AS fenced", [], row));
  return { source: (await look("source")).fenced === 1, target: (await look("target")).fenced === 1 };
}

/** Where the Service that applications use leads. */
async function primaryEndpoints(): Promise<string> {
  return namespace.kubectl([
    "get",
    "endpointslices",
    "--selector=kubernetes.io/service-name=shop",
    "--output=jsonpath={.items[*].endpoints[*].addresses[*]}",
  ]);
}

const podAddress = () => namespace.kubectl(["get", "pod", "shop-0", "--output=jsonpath={.status.podIP}"]);

async function upTo(phase: string): Promise<string> {
  await stack.configure("phase", phase);
  return stack.up();
}

const lastSwitchover = z.object({ lastSwitchover: z.object({ pauseMilliseconds: z.number() }) });

async function switchTo(phase: "replicate" | "cutover"): Promise<void> {
  groups.at(-1)?.takeGaps();
  await upTo(phase);
  pauses.push(lastSwitchover.parse(await outputs()).lastSwitchover.pauseMilliseconds);
  longestGap = Math.max(longestGap, groups.at(-1)?.takeGaps().overall ?? Number.NaN);
}

async function outputs(): Promise<Record<string, unknown>> {
  return JSON.parse((await stack.pulumi("stack", "output", "--json")).output);
}

async function untilTargetHas(ids: number): Promise<void> {
  const row = z.object({ rows: z.number() });
  const count = () =>
    onServer("target", (server) => server.queryOne("SELECT COUNT(*) AS `rows` FROM app.written", [], row));
  await expect.poll(async () => (await count()).rows, { timeout: 60_000, interval: 500 }).toBeGreaterThanOrEqual(ids);
}

// One stack's life in order: each test starts where the one before ended.
describe("the program from a host behind SSH into a pod", () => {
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
    expect(output).toContain("preparing backup 1 of shop failed");
    expect(output).toContain("/nonexistent/aws");
    expect(await stack.source.mysqld.rootQuery("SELECT @@gtid_mode AS mode")).toEqual([{ mode: "OFF" }]);
    await stack.configure("backupTools", JSON.stringify(BACKUP_TOOLS));
  });

  it("replicates: the backup is restored in the pod, which is read-only and gets what is written meanwhile", async () => {
    const output = await upTo("replicate");
    expect(output).toMatch(/pod migration-\w+\/shop-0:3306: MySQL 9\.\S+ runs on the restored data, read-only/);
    expect(await fenced()).toEqual({ source: false, target: true });
    expect(await outputs()).toMatchObject({ primary: "source", replicationRunning: true, errantTransactions: "" });
    await untilTargetHas(groups[0]?.acknowledged.length ?? 0);
    expect(await primaryEndpoints()).toBe(stack.source.address);
  });

  it("goes on replicating in a pod that was made anew, and changes nothing when run again", async () => {
    await namespace.kubectl(["delete", "pod", "shop-0", "--wait=true"]);
    await namespace.kubectl(["wait", "--for=condition=Ready", "pod/shop-0", "--timeout=120s"]);
    await untilTargetHas(groups[0]?.acknowledged.length ?? 0);
    expect(await stack.up()).not.toMatch(/\d+ (created|updated|replaced|deleted)/);
  });

  it("cuts over: the pod accepts writes, the fenced source follows it, the primary Service leads to the pod", async () => {
    await startWriters([sourceAddress(), await targetAddress()]);
    await groups[0]?.stop();
    await stack.configure("targetHostForSource", (await targetAddress()).host);
    await switchTo("cutover");
    expect(await fenced()).toEqual({ source: true, target: false });
    expect(await outputs()).toMatchObject({ primary: "target", switchovers: 1 });
    expect(await primaryEndpoints()).toBe(await podAddress());
  });

  it("rolls back, and cuts over again", async () => {
    await switchTo("replicate");
    expect(await fenced()).toEqual({ source: false, target: true });
    expect(await primaryEndpoints()).toBe(stack.source.address);
    await switchTo("cutover");
    expect(await fenced()).toEqual({ source: true, target: false });
    expect(await outputs()).toMatchObject({ primary: "target", switchovers: 3 });
  });

  it("comes up as the primary in a pod that was made anew", async () => {
    await namespace.kubectl(["delete", "pod", "shop-0", "--wait=true"]);
    await namespace.kubectl(["wait", "--for=condition=Ready", "pod/shop-0", "--timeout=120s"]);
    expect(await fenced()).toEqual({ source: true, target: false });
    await expect.poll(primaryEndpoints, { timeout: 30_000 }).toBe(await podAddress());
  });

  it("has lost and doubled nothing on either server, and no transaction is errant", async () => {
    await Promise.all(groups.map((group) => group.stop()));
    const executed = await onServer("target", readExecuted);
    await stack.source.mysqld.rootQuery(`SELECT WAIT_FOR_EXECUTED_GTID_SET('${executed}', 60)`);
    const row = z.object({ id: z.coerce.number() });
    let lost = 0;
    for (const side of ["source", "target"] as const) {
      for (const group of groups) {
        const rows = await onServer(side, (server) => server.query(group.selectIds, [], row));
        const audit = group.audit(rows.map(({ id }) => id));
        lost += audit.lost.length;
        expect(audit).toEqual({ lost: [], duplicated: [], phantom: [] });
      }
    }
    const { errantTransactions } = await outputs();
    expect(errantTransactions).toBe("");
    const acknowledged = groups.reduce((sum, group) => sum + group.acknowledged.length, 0);
    console.log(
      [
        `from ${stack.source.address} behind SSH into pod ${namespace.name}/shop-0`,
        `lost: ${lost}, of ${acknowledged} acknowledged writes, errant: ${JSON.stringify(errantTransactions)}`,
        `write pauses of ${pauses.map(Math.round).join(", ")} ms on the servers, at most ${Math.round(longestGap)} ms between two writes`,
      ].join("\n"),
    );
  });

  it("finalizes, and leaves the database, its volume and its Services standing when destroyed", async () => {
    await upTo("finalize");
    await stack.pulumi("destroy", "--yes");
    expect((await stack.resources()).length).toBe(0);
    expect((await fenced()).target).toBe(false);
    expect(await primaryEndpoints()).toBe(await podAddress());
    const calls = await stack.pluginCalls();
    expect(calls.filter(({ call }) => call === "delete")).toEqual([]);
  });
});

describe("the program before the cutover", () => {
  it("takes the target and its volume away again when destroyed, and gives the source its settings back", async () => {
    const other = await startClusterStack({ cluster, namespace: namespace.name, database: "cancelled" });
    try {
      await other.up();
      const { exitCode, output } = await other.pulumi("destroy", "--yes");
      expect(exitCode, output).toBe(0);
      const left = () =>
        namespace.kubectl([
          "get",
          "statefulsets,services,persistentvolumeclaims,secrets",
          "--selector=app.kubernetes.io/instance=cancelled",
          "--output=name",
        ]);
      await expect.poll(left, { timeout: 30_000 }).toBe("");
      expect(await other.source.mysqld.rootQuery("SELECT @@gtid_mode AS mode")).toEqual([{ mode: "OFF" }]);
    } finally {
      await other.stop();
    }
  });
});
