import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type ConnectionOptions, isNobodyListening, MysqlServer } from "../../../../engine/mysql/index.js";
import { FerryError } from "../../../../engine/operation/index.js";
import type { PortForwardVia } from "../../../../engine/tunnel/index.js";
import { makeTestDirectory, removeTestDirectory } from "../../../../lab/test-directories.js";
import { Authority } from "../../../helpers/certificates.js";
import { makeTestNamespace, type TestNamespace, testCluster } from "../../helpers/cluster.js";
import { PROBE, tlsMysql } from "../../helpers/tls-mysql.js";

let directory: string;
let authority: Authority;
let namespace: TestNamespace;
let kubeconfig: string;
beforeAll(async () => {
  directory = await makeTestDirectory("port-forward");
  authority = new Authority(directory);
  const cluster = await testCluster();
  kubeconfig = readFileSync(cluster.kubeconfig, "utf8");
  namespace = await makeTestNamespace(cluster, "port-forward");
  const files = authority.sign(`DNS:${serverName()}`);
  await namespace.kubectl(
    ["apply", "--filename=-"],
    tlsMysql("mysql", { authorityPath: authority.certificatePath, ...files }),
  );
  await ready();
});
afterAll(async () => {
  await namespace.remove();
  await removeTestDirectory(directory);
});

const ready = () =>
  namespace.kubectl(["wait", "--for=jsonpath={.status.readyReplicas}=1", "statefulset/mysql", "--timeout=120s"]);
const serverName = () => `mysql-0.mysql.${namespace.name}.svc`;

function server(via: Partial<PortForwardVia> = {}, changes: Partial<ConnectionOptions> = {}): ConnectionOptions {
  return {
    host: serverName(),
    port: 3306,
    ...PROBE,
    tls: { mode: "verify-identity", ca: authority.certificate },
    via: { kind: "port-forward", kubeconfig, namespace: namespace.name, pod: "mysql-0", ...via },
    ...changes,
  };
}

const value = z.object({ value: z.unknown() });
const ask = (open: MysqlServer, sql = "SELECT 1 AS value") => open.queryOne(sql, [], value).then((row) => row.value);
const askOnce = (options = server(), sql?: string) => MysqlServer.with(options, "target", (open) => ask(open, sql));

async function failureOf(work: Promise<unknown>): Promise<FerryError> {
  const outcome = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(outcome instanceof FerryError)) throw new Error(`no FerryError: ${String(outcome)}`);
  return outcome;
}

describe("a server in a pod", () => {
  it("answers by TLS with its own name, and is named by its pod", async () => {
    await MysqlServer.with(server(), "target", async (open) => {
      expect(await ask(open)).toBe(1);
      expect(open.label).toBe(`target pod ${namespace.name}/mysql-0:3306`);
      expect(await ask(open, "SELECT HEX(@@server_uuid) <> '' AS value")).toBe(1);
    });
    const other = server({}, { host: "another.name" });
    expect((await failureOf(askOnce(other))).problem.seen).toMatch(/HANDSHAKE_SSL_ERROR.*another\.name/);
  });

  it("gives and takes what is larger than any buffer on the way", async () => {
    const bytes = 24 * 1024 * 1024;
    await MysqlServer.with(server(), "target", async (open) => {
      expect(await ask(open, `SELECT REPEAT('x', ${bytes}) AS value`)).toHaveLength(bytes);
      const [row] = await open.query("SELECT LENGTH(?) AS value", ["y".repeat(bytes)], value);
      expect(row?.value).toBe(bytes);
    });
  });

  it("stays connected while nothing is said", async () => {
    await MysqlServer.with(server(), "target", async (open) => {
      await new Promise((resolve) => setTimeout(resolve, 25_000));
      expect(await ask(open)).toBe(1);
    });
  });

  it("is lost with its pod, and found again by the next connection once it was made anew", async () => {
    const before = await askOnce(server(), "SELECT @@server_uuid AS value");
    const open = await MysqlServer.connect(server(), "target");
    try {
      const asking = async () => {
        for (;;) await ask(open);
      };
      const lost = asking().catch(String);
      await namespace.kubectl(["delete", "pod", "mysql-0", "--wait=true"]);
      expect(await lost).toMatch(/Connection lost|shutdown|keeping the tunnel open failed on pod/);
    } finally {
      await open.close();
    }
    await ready();
    expect(await askOnce(server(), "SELECT @@server_uuid AS value")).not.toBe(before);
  });
});

describe("a server that cannot be reached", () => {
  it("because there is no such pod", async () => {
    const { problem, cause } = await failureOf(askOnce(server({ pod: "mysql-7" })));
    expect(isNobodyListening(cause)).toBe(true);
    expect(problem).toMatchObject({
      failed: "connecting as probe",
      where: `target pod ${namespace.name}/mysql-7:3306`,
      seen: expect.stringMatching(/404.*mysql-7/),
      next: expect.stringContaining("get pods"),
    });
  });

  it("because of a wrong token, which is not shown", async () => {
    const wrong = kubeconfig.replace(/"token": "[^"]*"/, '"token": "wrong-token"');
    const error = await failureOf(askOnce(server({ kubeconfig: wrong })));
    expect(error.problem.seen).toMatch(/401/);
    expect(error.message).not.toContain("wrong-token");
  });

  it("because the account may not open port-forwards", async () => {
    await namespace.kubectl(["create", "serviceaccount", "guest"]);
    const token = (await namespace.kubectl(["create", "token", "guest"])).trim();
    const guest = kubeconfig.replace(/"token": "[^"]*"/, `"token": "${token}"`);
    const { problem } = await failureOf(askOnce(server({ kubeconfig: guest })));
    expect(problem.seen).toMatch(/403.*forbidden/);
    expect(problem.next).toContain("pods/portforward");
    const role = ["--verb=get,create", "--resource=pods/portforward"];
    await namespace.kubectl(["create", "role", "forwarder", ...role]);
    await namespace.kubectl([
      ...["create", "rolebinding", "forwarder", "--role=forwarder"],
      `--serviceaccount=${namespace.name}:guest`,
    ]);
    await expect.poll(() => askOnce(server({ kubeconfig: guest })).catch(String), { timeout: 10_000 }).toBe(1);
  });

  it("because nobody listens on the port", async () => {
    const { problem, cause } = await failureOf(askOnce(server({}, { port: 3399 })));
    expect(isNobodyListening(cause)).toBe(true);
    expect(problem.seen).toMatch(/connecting to the port inside of the pod.*refused/s);
    expect(problem.next).toContain("its log");
  });

  it("because the pod does not run", async () => {
    const pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "waiting" },
      spec: { nodeSelector: { nowhere: "yes" }, containers: [{ name: "c", image: "gtid-ferry.test/pause:lab" }] },
    };
    await namespace.kubectl(["apply", "--filename=-"], JSON.stringify(pod));
    const { problem } = await failureOf(askOnce(server({ pod: "waiting" })));
    expect(problem.seen).toMatch(/the API server answers \d+/);
    expect(problem.next).toContain("describe pod waiting");
  });

  it("because the API server is not there", async () => {
    const elsewhere = kubeconfig.replace(/"server": "[^"]*"/, '"server": "https://127.0.0.1:1"');
    const { problem } = await failureOf(askOnce(server({ kubeconfig: elsewhere })));
    expect(problem.seen).toMatch(/asking the Kubernetes API server failed on https:\/\/127\.0\.0\.1:1: .*ECONNREFUSED/);
  });
});
