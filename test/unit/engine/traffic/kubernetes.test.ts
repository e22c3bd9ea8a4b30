import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silent } from "@gtid-ferry/engine/operation";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openRoute, routeOptions, type TrafficRoute } from "../../../../engine/traffic/index.js";
import { type LoopbackHttp, startLoopbackHttp } from "../../helpers/loopback-http.js";

const TOKEN = "the-bearer-token";
const SERVICES = "/api/v1/namespaces/shop/services/mysql";
const ENDPOINTS = "/api/v1/namespaces/shop/endpoints/mysql";
const SLICES = "/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices";

interface V1Service {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly resourceVersion: string };
  readonly spec: { readonly ports: readonly unknown[]; readonly selector?: Readonly<Record<string, string>> };
}

interface V1EndpointSlice {
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly addressType: string;
  readonly endpoints: readonly unknown[];
}

/** As much of a cluster as a route uses: optimistic locking, bearer tokens, and what controllers do about a selector. */
class FakeApiServer {
  service: V1Service = {
    metadata: { name: "mysql", namespace: "shop", resourceVersion: "1" },
    spec: { ports: [{ port: 3306 }], selector: { app: "old" } },
  };
  slices: V1EndpointSlice[] = [];
  /** Pods of the selector that are ready. */
  pods = ["10.213.0.7"];
  /** What the selector has left behind; mirrored once there is none. */
  hasEndpoints = true;
  /** What happens right before a Service is replaced. */
  beforeReplace: () => void = () => undefined;
  refusal: number | undefined;
  isSilent = false;
  private version = 1;

  start(): Promise<LoopbackHttp> {
    return startLoopbackHttp(({ method = "", url = "", headers }, body) => {
      if (this.isSilent) return undefined;
      const [status, answer] =
        headers.authorization === `Bearer ${TOKEN}`
          ? this.answer(method, url.split("?")[0] ?? "", body)
          : [401, { kind: "Status", code: 401 }];
      return { status, type: "application/json", text: JSON.stringify(answer) };
    });
  }

  touch(): void {
    this.version += 1;
    this.service = { ...this.service, metadata: { ...this.service.metadata, resourceVersion: String(this.version) } };
  }

  /** A slice that is made anew as long as there is a reason for it, however often it is removed. */
  private controllerSlices(): readonly V1EndpointSlice[] {
    if (this.service.spec.selector !== undefined) this.hasEndpoints = true;
    if (!this.hasEndpoints) return [];
    const endpoints = this.pods.map((address) => ({ addresses: [address], conditions: { ready: true } }));
    return [{ metadata: { name: MADE_BY_CONTROLLERS, labels: {} }, addressType: "IPv4", endpoints }];
  }

  private answer(method: string, path: string, body: string): [number, unknown] {
    if (this.refusal !== undefined) return [this.refusal, { kind: "Status", code: this.refusal }];
    if (path === SERVICES && method === "GET") return [200, this.service];
    if (path === SERVICES && method === "PUT") {
      this.beforeReplace();
      const replacement = JSON.parse(body) as V1Service;
      if (replacement.metadata.resourceVersion !== this.service.metadata.resourceVersion) return [409, {}];
      this.service = replacement;
      this.touch();
      return [200, this.service];
    }
    if (path === ENDPOINTS && method === "DELETE") {
      const status = this.hasEndpoints ? 200 : 404;
      this.hasEndpoints = false;
      return [status, { kind: "Status", code: status }];
    }
    if (path === SLICES && method === "GET") {
      return [200, { kind: "EndpointSliceList", items: [...this.slices, ...this.controllerSlices()] }];
    }
    if (path === SLICES && method === "POST") {
      this.slices.push(JSON.parse(body));
      return [201, JSON.parse(body)];
    }
    const name = path.slice(SLICES.length + 1);
    if (name === MADE_BY_CONTROLLERS) return [200, { kind: "Status", status: "Success" }];
    const index = this.slices.findIndex(({ metadata }) => metadata.name === name);
    if (!path.startsWith(SLICES) || index < 0) return [404, { kind: "Status", code: 404 }];
    if (method === "DELETE") {
      this.slices.splice(index, 1);
      return [200, { kind: "Status", status: "Success" }];
    }
    this.slices[index] = JSON.parse(body);
    return [200, this.slices[index]];
  }
}

const MADE_BY_CONTROLLERS = "mysql-abc12";

let fake: FakeApiServer;
let directory: string;
let server: LoopbackHttp;

beforeEach(async () => {
  fake = new FakeApiServer();
  server = await fake.start();
  directory = await mkdtemp(join(tmpdir(), "gtid-ferry-kubernetes-"));
});
afterEach(async () => {
  server.stop();
  await rm(directory, { recursive: true });
});

const kubeconfigText = (token: string) =>
  JSON.stringify({
    clusters: [{ name: "c", cluster: { server: server.endpoint, "insecure-skip-tls-verify": true } }],
    users: [{ name: "u", user: { token } }],
    contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
    "current-context": "x",
  });

async function open(token = TOKEN, changes: Record<string, unknown> = {}): Promise<TrafficRoute> {
  const kubeconfigPath = join(directory, "kubeconfig");
  await writeFile(kubeconfigPath, kubeconfigText(token), { mode: 0o600 });
  const options = {
    kind: "kubernetes",
    kubeconfigPath,
    namespace: "shop",
    service: "mysql",
    endpoints: { source: { addresses: ["10.20.1.5"], port: 3306 }, target: { selector: { app: "mysql-target" } } },
    ...changes,
  };
  return openRoute(routeOptions.parse(JSON.parse(JSON.stringify(options))), silent);
}

describe("a route by a Kubernetes Service", () => {
  it("leads to addresses outside of the cluster by an EndpointSlice of its own, and to pods by their labels", async () => {
    const route = await open();
    expect(await route.observe()).toBe("elsewhere");
    await route.lead("source");
    expect(fake.service.spec.selector).toBeUndefined();
    expect(fake.slices).toMatchObject([
      {
        metadata: { name: "mysql-gtid-ferry", labels: { "kubernetes.io/service-name": "mysql" } },
        endpoints: [{ addresses: ["10.20.1.5"] }],
        ports: [{ port: 3306 }],
      },
    ]);
    expect(fake.hasEndpoints).toBe(false);
    expect(await route.observe()).toBe("source");
    await route.lead("target");
    expect(fake.service.spec).toMatchObject({ selector: { app: "mysql-target" }, ports: [{ port: 3306 }] });
    expect(fake.slices).toEqual([]);
    expect(await route.observe()).toBe("target");
  });

  it("takes the kubeconfig as a text too", async () => {
    const route = await open(TOKEN, { kubeconfigPath: undefined, kubeconfig: kubeconfigText(TOKEN) });
    expect(await route.observe()).toBe("elsewhere");
  });

  it("leads back to the source, and away from the pods", async () => {
    const route = await open();
    await route.lead("target");
    await route.lead("source");
    expect(await route.observe()).toBe("source");
    expect(fake.hasEndpoints).toBe(false);
  });

  it("waits until a pod is ready", async () => {
    fake.pods = [];
    const route = await open();
    setTimeout(() => {
      fake.pods = ["10.213.0.7"];
    }, 300);
    await route.lead("target");
    expect(fake.pods).toHaveLength(1);
  });

  it("says when no pod becomes ready", async () => {
    fake.pods = [];
    await expect((await open(TOKEN, { timeoutSeconds: 0.3 })).lead("target")).rejects.toThrow(
      /no pod of its selector is ready/,
    );
  });

  it("sees an EndpointSlice with another port, and a Service without the port's name", async () => {
    await (await open()).lead("source");
    const endpoints = {
      source: { addresses: ["10.20.1.5"], port: 3307 },
      target: { selector: { app: "mysql-target" } },
    };
    expect(await (await open(TOKEN, { endpoints })).observe()).toBe("elsewhere");
    await expect((await open(TOKEN, { portName: "mysql" })).observe()).rejects.toThrow(/ports named ""/);
  });

  it("reads again and goes on when somebody else has changed the Service meanwhile", async () => {
    let others = 2;
    fake.beforeReplace = () => {
      if (others-- > 0) fake.touch();
    };
    const route = await open();
    await route.lead("target");
    expect(await route.observe()).toBe("target");
  });

  it("gives up when the Service never stands still", async () => {
    fake.beforeReplace = () => fake.touch();
    await expect((await open()).lead("target")).rejects.toThrow(/somebody else had changed it/);
  });

  it.each([401, 403])("names the permission that is missing when the API answers %i", async (status) => {
    fake.refusal = status;
    await expect((await open()).observe()).rejects.toThrow(/an account that may (get services|list endpointslices)/);
  });

  it("refuses a wrong token without showing it", async () => {
    const failure = await (await open("another-token")).observe().catch(String);
    expect(failure).toContain("401");
    expect(failure).not.toContain("another-token");
  });

  it("names a Service that is not there", async () => {
    fake.refusal = 404;
    await expect((await open()).observe()).rejects.toThrow(/the API answers 404/);
  });

  it("gives up on an API that is silent", async () => {
    fake.isSilent = true;
    await expect((await open(TOKEN, { timeoutSeconds: 0.3 })).observe()).rejects.toThrow(/no answer for 0\.3 s/);
  });
});
