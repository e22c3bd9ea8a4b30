import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { silent, waitUntil } from "@gtid-ferry/engine/operation";
import { createConnection } from "mysql2/promise";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Cluster, findCluster, PAUSE_IMAGE, startCluster, stopCluster } from "../../../lab/cluster/index.js";
import { identify, isRunning, readProcess } from "../../../lab/process/index.js";
import { makeTestDirectory, removeTestDirectory } from "../../../lab/test-directories.js";
import { paths } from "../../../toolchain/paths.js";
import { mysqlPod } from "../helpers/mysql-pod.js";

let directory: string;
let cluster: Cluster;

beforeAll(async () => {
  directory = await makeTestDirectory("cluster");
  cluster = await startCluster({ directory });
});
afterAll(async () => {
  await stopCluster({ directory });
  await removeTestDirectory(directory);
});

const MEBIBYTE = 2 ** 20;
const podState = "{.metadata.uid} {.status.podIP} {.status.containerStatuses[0].restartCount}";
const stateOf = (pod: string) => cluster.kubectl(["get", "pod", pod, `--output=jsonpath=${podState}`]);

async function whoAnswers(host: string, port: number): Promise<string> {
  const connection = await createConnection({ host, port, user: "probe", password: "probe" });
  try {
    const [rows] = await connection.query("SELECT @@hostname AS name");
    return JSON.stringify(rows);
  } finally {
    await connection.end();
  }
}

it("keeps its administrator's token from others, and is known by the certificate that it names", async () => {
  expect((await stat(cluster.kubeconfig)).mode & 0o777).toBe(0o600);
  const configuration = readFileSync(cluster.kubeconfig, "utf8");
  expect(configuration).toContain("certificate-authority-data");
  expect(configuration).not.toContain("insecure");
  expect(await cluster.kubectl(["get", "--raw=/readyz"])).toBe("ok");
});

it("runs MySQL on a volume of the size that was asked for, behind a Service and a node port", async () => {
  await cluster.makeVolume({
    name: "volume",
    claim: { namespace: "default", name: "volume-db-0" },
    sizeBytes: 600 * MEBIBYTE,
  });
  await cluster.kubectl(["apply", "--filename=-"], mysqlPod("db"));
  await cluster.kubectl(["rollout", "status", "statefulset/db", "--timeout=120s"]);

  const size = await cluster.kubectl(["exec", "db-0", "--", "df", "--block-size=1", "--output=size", "/volume"]);
  expect(Number(size.trim().split("\n")[1])).toBeGreaterThan(500 * MEBIBYTE);
  expect(Number(size.trim().split("\n")[1])).toBeLessThan(600 * MEBIBYTE);

  const service = await cluster.kubectl(["get", "service", "db", "--output=jsonpath={.spec.clusterIP}"]);
  const nodePort = await cluster.kubectl(["get", "service", "db", "--output=jsonpath={.spec.ports[0].nodePort}"]);
  const itself = '[{"name":"db-0"}]';
  expect(await whoAnswers(service, 3306)).toBe(itself);
  expect(await whoAnswers(cluster.addresses.nodeAddress, Number(nodePort))).toBe(itself);
  const query = ["mysql", `--host=${service}`, "--user=probe", "--password=probe", "--execute=SELECT @@hostname"];
  expect(await cluster.kubectl(["exec", "db-0", "--", ...query])).toContain("db-0");
});

it("has in its image what a restore needs", async () => {
  for (const program of ["bash", "tar", "zstd", "aws", "mysqld", "mysql", "sha256sum"]) {
    expect(await cluster.kubectl(["exec", "db-0", "--", "which", program])).toContain(`/${program}`);
  }
  expect(await cluster.kubectl(["exec", "db-0", "--", "aws", "--version"])).toContain("aws-cli/");
  expect(await cluster.kubectl(["exec", "db-0", "--", "id", "--user", "--name"])).toBe("mysql\n");
});

it("is found again, and mends itself without touching the pods when components were killed", async () => {
  const before = await stateOf("db-0");
  for (const name of ["kubelet", "containerd", "kube-apiserver", "etcd"] as const) await cluster.killComponent(name);
  await expect(cluster.kubectl(["get", "nodes"])).rejects.toThrow("refused");

  const again = await startCluster({ directory });
  expect(again.addresses).toEqual(cluster.addresses);
  expect(await stateOf("db-0")).toBe(before);
  expect(await cluster.kubectl(["exec", "db-0", "--", "hostname"])).toBe("db-0\n");

  await cluster.restartComponent("kubelet");
  expect(await cluster.kubectl(["get", "nodes", "--output=name"])).toBe("node/node\n");
  expect(await stateOf("db-0")).toBe(before);
});

it("ends with nothing left, and twice is no error", async () => {
  const left = tracesOf(directory, cluster.addresses.name);
  expect(left().join("\n")).toMatch(/process[\s\S]*interface[\s\S]*control group/);
  await stopCluster({ directory });
  expect(left()).toEqual([]);
  expect(await findCluster(directory)).toBeUndefined();
  await stopCluster({ directory });
});

async function startAndKill(): Promise<void> {
  const main = join(paths.projectRoot, "lab/cluster/main.ts");
  const tsx = join(paths.projectRoot, "node_modules/tsx/dist/loader.mjs");
  const starter = spawn(process.execPath, ["--import", tsx, main, "--directory", directory], { stdio: "ignore" });
  const waiting = { awaited: "a cluster in the making", where: directory, next: "look", timeoutSeconds: 60 };
  await waitUntil({ ...waiting, intervalSeconds: 0.05, progress: silent }, async () =>
    existsSync(join(directory, "components/kube-apiserver/process.json")) ? { done: undefined } : { seen: "none" },
  );
  starter.kill("SIGKILL");
}

it("ends what a killed start left", async () => {
  await startAndKill();
  expect(await findCluster(directory)).toBeUndefined();
  const { number } = JSON.parse(readFileSync(join(directory, "cluster.json"), "utf8")) as { number: number };
  const left = tracesOf(directory, `gtid-ferry${number}`);
  expect(left()).not.toEqual([]);
  await stopCluster({ directory });
  expect(left()).toEqual([]);
});

it("starts anew after a killed start", async () => {
  await startAndKill();
  cluster = await startCluster({ directory });
  await cluster.kubectl(["run", "sleeper", `--image=${PAUSE_IMAGE}`]);
  await cluster.kubectl(["wait", "--for=condition=Ready", "pod/sleeper", "--timeout=60s"]);
});

/** What a cluster that runs now leaves on this machine, to be asked for as often as one likes. */
function tracesOf(place: string, name: string): () => string[] {
  const holder = readProcess(place);
  if (holder === undefined) throw new Error(`no cluster in ${place}`);
  const namespace = readlinkSync(`/proc/${holder.pid}/ns/pid_for_children`);
  return () => [
    ...readdirSync("/proc").flatMap((pid) => (namespaceOf(pid) === namespace ? [`process ${pid}`] : [])),
    ...(existsSync(`/sys/class/net/${name}`) ? [`interface ${name}`] : []),
    ...["", ...readdirSync("/sys/fs/cgroup")].flatMap((hierarchy) =>
      existsSync(join("/sys/fs/cgroup", hierarchy, name)) ? [`control group in /${hierarchy}`] : [],
    ),
    ...readFileSync("/proc/self/mounts", "utf8")
      .split("\n")
      .filter((line) => line.includes(place)),
  ];
}

/** Undefined for what has ended, even where nobody has reaped it yet. */
function namespaceOf(pid: string): string | undefined {
  if (!/^\d+$/.test(pid) || !isRunning(identify(Number(pid)))) return undefined;
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    // It has ended since.
    return undefined;
  }
}
