import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { silent } from "@gtid-ferry/engine/operation";
import { dump, load } from "js-yaml";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type Cluster, PAUSE_IMAGE } from "../../../lab/cluster/index.js";
import { makeTestProject, type TestProject } from "../../../lab/test-project.js";
import { makeTestDirectory, removeTestDirectory } from "../../../lab/testing.js";
import { paths } from "../../../toolchain/paths.js";
import { ensureKubernetesPlugin } from "../../../toolchain/pulumi-kubernetes.js";
import { makeTestNamespace, type TestNamespace, testCluster } from "../helpers/cluster.js";

const NAME = "orders";
const RELEASE_URN = "kubernetes:helm.sh/v3:Release";

let directory: string;
let cluster: Cluster;
let namespace: TestNamespace;
let stack: TestProject & { urns(): Promise<string[]> };

beforeAll(async () => {
  directory = await makeTestDirectory("mysql-release");
  cluster = await testCluster();
  namespace = await makeTestNamespace(cluster, "release");
  const plugin = await ensureKubernetesPlugin(silent);
  const program = join(directory, "program");
  const component = (name: string) => relative(program, join(paths.projectRoot, "components", name));
  await writeProgram(program, component);
  const project = await makeTestProject({
    directory,
    program,
    configuration: {
      plain: [`namespace=${namespace.name}`, `values=${JSON.stringify({ image: { tag: "1" } })}`, "accessKeyId=first"],
      secret: [`kubeconfig=${await readFile(cluster.kubeconfig, "utf8")}`, "secretAccessKey=first-secret"],
    },
    pathDirectories: [plugin.binDirectory],
  });
  const urns = async () => {
    const { output } = await project.pulumi("stack", "export");
    const state = z.object({ deployment: z.object({ resources: z.array(z.object({ urn: z.string() })) }) });
    return state.parse(JSON.parse(output)).deployment.resources.map(({ urn }) => urn);
  };
  stack = { ...project, urns };
});
afterAll(async () => {
  await namespace?.remove();
  await removeTestDirectory(directory);
});

/** A program of nothing but the release; its pods never start, as nobody makes them a volume. */
async function writeProgram(program: string, component: (name: string) => string): Promise<void> {
  await mkdir(program);
  // Where the program looks for it.
  await symlink(join(paths.projectRoot, "chart"), join(program, "chart"));
  await symlink(join(paths.projectRoot, "node_modules"), join(program, "node_modules"));
  const runtime = "runtime: { name: nodejs, options: { typescript: true } }";
  await writeFile(join(program, "Pulumi.yaml"), `name: gtid-ferry\n${runtime}\n`);
  await writeFile(join(program, "tsconfig.json"), await readFile(join(paths.projectRoot, "tsconfig.json"), "utf8"));
  await writeFile(
    join(program, "index.ts"),
    `import { Config } from "@pulumi/pulumi";
import { clusterProvider } from "${component("cluster-provider")}";
import { MysqlRelease } from "${component("mysql-release")}";
const config = new Config();
const namespace = config.require("namespace");
const cluster = { kubeconfig: config.requireSecret("kubeconfig") };
const provider = clusterProvider("cluster", { ...cluster, namespace, database: "${NAME}" }, {});
new MysqlRelease("release", {
  provider,
  cluster,
  releaseName: "${NAME}",
  namespace,
  database: "${NAME}",
  channel: "gtid_ferry",
  serverIdBase: 2147483640,
  pods: 1,
  chartValues: config.requireObject("values"),
  backup: { bucket: "backups", region: "eu-central-1", manifestKey: "gtid-ferry/${NAME}/1/manifest.json" },
  accessKey: { id: config.require("accessKeyId"), secret: config.requireSecret("secretAccessKey") },
  keepsRelease: false,
});
`,
  );
}

async function helmRecords(): Promise<string[]> {
  const selector = `owner=helm,name=${NAME}`;
  const columns = "custom-columns=NAME:.metadata.name,STATUS:.metadata.labels.status";
  const table = await namespace.kubectl(["get", "secrets", "-l", selector, "--no-headers", "-o", columns]);
  return table
    .split("\n")
    .filter(Boolean)
    .map((line) => line.replace(/ +/g, " ").trim());
}

const uidOf = (object: string) => namespace.kubectl(["get", object, "--output=jsonpath={.metadata.uid}"]);
const key = (name: string) =>
  namespace.kubectl(["get", `secret/${NAME}-backup-login`, `--output=jsonpath={.data.${name}}`]);

const newestRecord = async () => `secret/${(await helmRecords()).at(-1)?.split(" ")[0]}`;

/** What a run leaves behind that is killed after Helm's last word and before its own. */
async function forgetRelease(): Promise<void> {
  const urnOf = (type: string) => stack.urns().then((urns) => urns.find((urn) => urn.includes(type)) ?? `no ${type}`);
  for (const type of ["RecordedRelease", RELEASE_URN]) {
    const { exitCode, output } = await stack.pulumi("state", "delete", await urnOf(type), "--yes");
    expect(exitCode, output).toBe(0);
  }
  await namespace.kubectl(["label", "secrets", "-l", `owner=helm,name=${NAME}`, "gtid-ferry/recorded-"]);
}

// One stack's life in order: each test starts where the one before ended.
describe("the release by Pulumi's official Kubernetes plugin", () => {
  it("goes on after a run that was killed, with all its children, while Helm installed it", async () => {
    const child = spawn("pulumi", ["up", "--yes", "--skip-preview", "--non-interactive", "--stack", "test"], {
      cwd: directory,
      env: stack.project.environment,
      stdio: "ignore",
      detached: true,
    });
    const ended = once(child, "exit");
    await expect.poll(helmRecords, { timeout: 240_000, interval: 50 }).not.toEqual([]);
    process.kill(-(child.pid ?? Number.NaN), "SIGKILL");
    await ended;
    await stack.pulumi("cancel", "--yes");
    await stack.up();
    expect((await helmRecords()).at(-1)).toMatch(/ deployed$/);
    expect(await namespace.kubectl(["get", "statefulset", NAME, "--output=jsonpath={.spec.replicas}"])).toBe("1");
  });

  it("takes a release over that its state does not have, with its objects, whether Helm was done or not", async () => {
    const before = await uidOf(`statefulset/${NAME}`);
    for (const status of ["deployed", "pending-install"]) {
      await forgetRelease();
      await rewriteStatus(await newestRecord(), status);
      const output = await stack.up();
      expect(output).toMatch(
        new RegExp(`release ${namespace.name}/${NAME}: a run was killed .*${status}.*: taking it over`),
      );
      expect(await uidOf(`statefulset/${NAME}`)).toBe(before);
      expect((await helmRecords()).at(-1)).toMatch(/ deployed$/);
    }
    const { exitCode, output } = await stack.pulumi("preview", "--expect-no-changes");
    expect(exitCode, output).toBe(0);
  });

  it("goes on after a run that was killed while Helm updated it", async () => {
    await stack.configure("values", JSON.stringify({ image: { tag: "2" } }));
    await stack.up();
    await rewriteStatus(await newestRecord(), "pending-upgrade");
    await stack.configure("values", JSON.stringify({ image: { tag: "3" } }));
    await stack.up();
    expect((await helmRecords()).at(-1)).toMatch(/ deployed$/);
    const image = "--output=jsonpath={.spec.template.spec.containers[0].image}";
    expect(await namespace.kubectl(["get", "statefulset", NAME, image])).toMatch(/:3$/);
  });

  it("replaces nothing where the kubeconfig has another address or CA of the cluster", async () => {
    const before = await uidOf(`statefulset/${NAME}`);
    await stack.pulumi("config", "set", "--secret", "kubeconfig", await otherAddress());
    const { exitCode, output } = await stack.pulumi("preview", "--diff");
    expect(exitCode, output).toBe(0);
    expect(output).not.toMatch(/replace|delete/);
    await stack.up();
    expect(await uidOf(`statefulset/${NAME}`)).toBe(before);
  });

  it("writes rotated keys to the Secret that is there", async () => {
    const before = await uidOf(`secret/${NAME}-backup-login`);
    await stack.configure("secretAccessKey", "second-secret");
    await stack.up();
    expect(await uidOf(`secret/${NAME}-backup-login`)).toBe(before);
    expect(Buffer.from(await key("AWS_SECRET_ACCESS_KEY"), "base64").toString()).toBe("second-secret");
    const { exitCode, output } = await stack.pulumi("preview", "--refresh", "--expect-no-changes");
    expect(exitCode, output).toBe(0);
  });

  it("is gone with all its pods once its removal has ended", async () => {
    const pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "slow", labels: { "app.kubernetes.io/instance": NAME } },
      spec: {
        terminationGracePeriodSeconds: 20,
        // The first process of a container ignores SIGTERM.
        containers: [{ name: "slow", image: PAUSE_IMAGE, imagePullPolicy: "IfNotPresent", command: ["sleep", "600"] }],
      },
    };
    await namespace.kubectl(["apply", "--filename=-"], JSON.stringify(pod));
    await namespace.kubectl(["wait", "--for=jsonpath={.status.phase}=Running", "pod/slow", "--timeout=120s"]);
    await namespace.kubectl(["delete", "pod/slow", "--wait=false"]);
    const { exitCode, output } = await stack.pulumi("destroy", "--yes", "--skip-preview");
    expect(exitCode, output).toBe(0);
    expect(await namespace.kubectl(["get", "pods,statefulsets", "--output=name"])).toBe("");
  });
});

/** As Helm leaves its record when it is killed. */
async function rewriteStatus(secret: string, status: string): Promise<void> {
  const stored = await namespace.kubectl(["get", secret, "--output=jsonpath={.data.release}"]);
  const text = gunzipSync(Buffer.from(Buffer.from(stored, "base64").toString(), "base64")).toString();
  const record = z.looseObject({ info: z.looseObject({ status: z.string() }) }).parse(JSON.parse(text));
  const changed = gzipSync(JSON.stringify({ ...record, info: { ...record.info, status } })).toString("base64");
  const release = Buffer.from(changed).toString("base64");
  const patch = { metadata: { labels: { status } }, data: { release } };
  await namespace.kubectl(["patch", secret, "--type=merge", `--patch=${JSON.stringify(patch)}`]);
}

/** The same cluster by another name, and so by another entry for its CA. */
async function otherAddress(): Promise<string> {
  const schema = z.looseObject({
    clusters: z.array(z.looseObject({ cluster: z.looseObject({ server: z.string() }) })),
  });
  const config = schema.parse(load(await readFile(cluster.kubeconfig, "utf8")));
  const clusters = config.clusters.map((entry) => {
    const { "certificate-authority-data": _, ...rest } = entry.cluster;
    const server = entry.cluster.server.replace(/\/?$/, "/");
    return { ...entry, cluster: { ...rest, server, "insecure-skip-tls-verify": true } };
  });
  return dump({ ...config, clusters });
}
