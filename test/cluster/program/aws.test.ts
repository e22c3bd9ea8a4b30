import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { MysqlServer, readExecuted } from "@gtid-ferry/engine/mysql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { backupBucketPolicy, backupReadPolicy, sourceUploadPolicy } from "../../../components/backup-policies.js";
import type { Cluster } from "../../../lab/cluster/index.js";
import { ADMINISTRATOR } from "../../../lab/defaults.js";
import type { RecordedCall } from "../../helpers/recorded-calls.js";
import { FollowingWriters, WRITTEN_TABLE } from "../../server/helpers/following-writers.js";
import { CLUSTER_ACCOUNT, SOURCE_ACCOUNT, WRITER_PASSWORD } from "../helpers/cloud-parts.js";
import { makeTestNamespace, type TestNamespace, testCluster } from "../helpers/cluster.js";
import { type ClusterStack, startClusterStack } from "../helpers/cluster-stack.js";

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
  stack = await startClusterStack({ cluster, namespace: namespace.name, database: "shop", hasCloud: true });
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
  await namespace?.remove();
  await stack?.stop();
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

/** Whether the second pod is read-only and has all that is on the target now, as `1 1`. */
async function standbyState(): Promise<string> {
  const executed = await onServer("target", readExecuted);
  const sql = `SELECT @@super_read_only, WAIT_FOR_EXECUTED_GTID_SET('${executed}', 120) = 0`;
  const login = [`--user=${ADMINISTRATOR.user}`, `--password=${ADMINISTRATOR.password}`, "--protocol=tcp"];
  const mysql = ["mysql", ...login, "--skip-column-names", "--batch", `--execute=${sql}`];
  const answer = await namespace.kubectl(["exec", "shop-1", "--container=mysqld", "--", ...mysql]);
  return answer.trim().replace("\t", " ");
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

/** What was made there, sorted. */
function inAccount(calls: readonly RecordedCall[], account: string): string[] {
  return calls
    .filter(({ provider }) => provider.account === account)
    .map(({ type, name }) => `${type.split(":").at(-1)} ${name}`)
    .sort();
}

const written = z.object({ data: z.object({ data: z.object({ DB_REPLICATION_PASSWORD: z.string() }) }) });
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
describe("the program on platform aws, from a host behind SSH into a pod", () => {
  it("previews all of it on an empty stack, where nothing is known yet, and asks nobody to make anything", async () => {
    const { exitCode, output } = await stack.pulumi("preview");
    expect(exitCode, output).toBe(0);
    for (const type of [
      "VpcPeering",
      "BackupBucket",
      "IrsaRole",
      "VaultAccess",
      "SourceHost",
      "AccessCheck",
      "Switchover",
    ]) {
      expect(output).toMatch(new RegExp(`\\+\\s+.*${type}\\b.* create`));
    }
    expect((await stack.pluginCalls()).filter(({ call }) => call === "create")).toEqual([]);
    expect(await stack.source.mysqld.rootQuery("SELECT @@gtid_mode AS mode")).toEqual([{ mode: "OFF" }]);
  });

  it("prepares: makes what two accounts and Vault need, each by its own, and looks that the target gets at it", async () => {
    const output = await upTo("prepare");
    const created = (await stack.pluginCalls()).filter(({ call }) => call === "create");
    expect(inAccount(created, SOURCE_ACCOUNT.account)).toEqual([
      "Bucket shop-backups-bucket",
      "BucketLifecycleConfiguration shop-backups-lifecycle",
      "BucketOwnershipControls shop-backups-ownership",
      "BucketPolicy shop-backups-policy",
      "BucketPublicAccessBlock shop-backups-public-access",
      "BucketServerSideEncryptionConfiguration shop-backups-encryption",
      "BucketVersioning shop-backups-versioning",
      "PeeringConnectionOptions shop-peering-source-options",
      "RolePolicy shop-upload-upload-backups",
      "Route shop-peering-source-route-rtb-0a0a0a0a-10.20.0.0/16",
      "SecurityGroupIngressRule shop-peering-source-mysql-sg-0a0a0a0a-10.20.0.0/16",
      "VpcPeeringConnection shop-peering-request",
    ]);
    expect(inAccount(created, CLUSTER_ACCOUNT.account)).toEqual([
      "PeeringConnectionOptions shop-peering-cluster-options",
      "Role shop-role-role",
      "RolePolicy shop-role-read-backups",
      "Route shop-peering-cluster-route-rtb-0b0b0b0b-10.10.0.0/16",
      "SecurityGroupIngressRule shop-peering-cluster-mysql-sg-0b0b0b0b-10.10.0.0/16",
      "VpcPeeringConnectionAccepter shop-peering-acceptance",
    ]);
    const components = created.map(({ parents }) => parents.join(" > ").replaceAll("gtid-ferry:index:", ""));
    expect([...new Set(components)].sort()).toEqual([
      "Migration > BackupBucket",
      "Migration > IrsaRole",
      "Migration > SourceHost",
      "Migration > SourceUploadAccess",
      "Migration > VaultAccess",
      "Migration > VpcPeering",
    ]);
    expect(output).toContain("0 blockers");
    const policyOf = (name: string) => created.find((call) => call.name === name)?.inputs.policy;
    const place = {
      database: "shop",
      bucket: "dbmigration-shop",
      keyPrefix: "gtid-ferry",
      partition: "aws",
    } as const;
    const readerArn = `arn:aws:iam::${CLUSTER_ACCOUNT.account}:role/irsa_role_db_replication_shop`;
    expect(policyOf("shop-backups-policy")).toBe(JSON.stringify(backupBucketPolicy(place, readerArn)));
    expect(policyOf("shop-role-read-backups")).toBe(JSON.stringify(backupReadPolicy(place)));
    expect(policyOf("shop-upload-upload-backups")).toBe(JSON.stringify(sourceUploadPolicy(place)));
    const rule = created.find(({ name }) => name.startsWith("shop-peering-source-mysql-"));
    expect(rule?.inputs).toMatchObject({ fromPort: sourceAddress().port, toPort: sourceAddress().port });
    const names = created.map(({ name }) => name);
    expect(names.indexOf("shop-role-read-backups")).toBeLessThan(names.indexOf("shop-backups-policy"));
  });

  it("keeps every secret encrypted in its state", async () => {
    const state = await readFile(join(stack.project.backend, ".pulumi/stacks/gtid-ferry/test.json"), "utf8");
    expect(state).toContain("shop-vault-access");
    const { token = "" } = stack.parts?.vault ?? {};
    const keyLine = stack.source.ssh.privateKey?.split("\n").at(3) ?? "";
    const generated = written.parse(await stack.parts?.vault.request("GET", "kv/data/db_replication/shop")).data.data;
    const secrets = [token, keyLine, generated.DB_REPLICATION_PASSWORD, WRITER_PASSWORD, ADMINISTRATOR.password];
    expect(secrets.filter((secret) => secret === "" || state.includes(secret))).toEqual([]);
  });

  it("takes all of it away again when destroyed, and the source is as it was", async () => {
    const { exitCode, output } = await stack.pulumi("destroy", "--yes");
    expect(exitCode, output).toBe(0);
    const calls = await stack.pluginCalls();
    const ofAws = (wanted: string) => calls.filter(({ call, type }) => call === wanted && type.startsWith("aws:"));
    expect(
      ofAws("delete")
        .map(({ name }) => name)
        .sort(),
    ).toEqual(
      ofAws("create")
        .map(({ name }) => name)
        .sort(),
    );
    expect(await stack.source.mysqld.rootQuery("SELECT @@gtid_mode AS mode")).toEqual([{ mode: "OFF" }]);
  });

  it("begins once more with what outlived it, the mounts of Vault", async () => {
    await stack.configure("vault", stack.parts?.vaultWithMounts ?? "");
    await upTo("prepare");
    expect(await stack.source.mysqld.rootQuery("SELECT @@gtid_mode AS mode")).toEqual([{ mode: "ON" }]);
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
    expect(await stack.up("--refresh")).not.toMatch(/\d+ (created|updated|replaced|deleted)/);
  });

  it("cuts over: the pod accepts writes, the fenced source follows it, the primary Service leads to the pod", async () => {
    await startWriters([sourceAddress(), await targetAddress()]);
    await groups[0]?.stop();
    await stack.configure("targetHostForSource", (await targetAddress()).host);
    await stack.configure("phase", "cutover");
    expect((await stack.pulumi("preview")).output).toMatch(/plan: switchover: target .* becomes the primary/);
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

  it("adds a replica in a second pod, restored from the same backup, which follows the target", async () => {
    await stack.makeVolume(1);
    await stack.configure("replicas", JSON.stringify([{ name: "standby" }]));
    await stack.up();
    expect(await outputs()).toMatchObject({
      primary: "target",
      replicationTree: { target: null, source: "target", standby: "target" },
    });
  });

  it("has lost and doubled nothing on either server, no transaction is errant, and the standby has all", async () => {
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
    expect(await standbyState()).toBe("1 1");
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

  it("finalizes, and leaves database, volume, Services and what they need of Vault standing when destroyed", async () => {
    const callsBefore = (await stack.pluginCalls()).length;
    await upTo("finalize");
    await stack.pulumi("destroy", "--yes");
    expect((await stack.resources()).length).toBe(0);
    expect((await fenced()).target).toBe(false);
    expect(await standbyState()).toBe("1 1");
    expect(await primaryEndpoints()).toBe(await podAddress());
    const calls = (await stack.pluginCalls()).slice(callsBefore);
    const deleted = calls.filter(({ call }) => call === "delete");
    expect(deleted.filter(({ type }) => type.startsWith("kubernetes:"))).toEqual([]);
    expect(
      deleted
        .filter(({ type }) => type.startsWith("vault:"))
        .map(({ name }) => name)
        .sort(),
    ).toEqual(["shop-vault-access-writer", "shop-vault-access-writer-policy"]);
    expect(await stack.parts?.vault.request("GET", "kv/data/db_replication/shop")).toMatchObject({
      data: { data: { DB_USERNAME: ADMINISTRATOR.user, DB_PASSWORD: ADMINISTRATOR.password } },
    });
    expect(await stack.madeInAws()).toEqual([]);
  });
});
