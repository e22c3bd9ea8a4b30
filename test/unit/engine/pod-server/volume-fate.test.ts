import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PartialFailure, silent } from "../../../../engine/operation/index.js";
import { ensurePodServer, readPodServer, releasePodServer } from "../../../../engine/pod-server/index.js";
import { primaryStays } from "../../../../engine/pod-server/release-pod-server.js";
import { type LoopbackHttp, startLoopbackHttp } from "../../helpers/loopback-http.js";

const SET = "/apis/apps/v1/namespaces/databases/statefulsets/shop";
const CLAIMS = "/api/v1/namespaces/databases/persistentvolumeclaims";

/** A StatefulSet whose pod is never scheduled, with its controller. */
class FakeCluster {
  whenDeleted = "Retain";
  private version = 1;

  start(): Promise<LoopbackHttp> {
    return startLoopbackHttp(({ method = "", url = "" }, body) => {
      const [status, answer] = this.answer(method, url.split("?")[0] ?? "", body);
      return { status, type: "application/json", text: JSON.stringify(answer) };
    });
  }

  private answer(method: string, path: string, body: string): [number, unknown] {
    if (path === CLAIMS) return [200, { items: [this.claim()] }];
    if (path !== SET) return [404, { kind: "Status", code: 404 }];
    if (method === "PUT") {
      const { metadata, spec } = JSON.parse(body);
      // The controller notes the state of the pod meanwhile.
      this.version += 1;
      if (metadata.resourceVersion !== undefined) return [409, { kind: "Status", code: 409 }];
      this.whenDeleted = spec.persistentVolumeClaimRetentionPolicy.whenDeleted;
    }
    const spec = {
      selector: { matchLabels: { app: "shop" } },
      persistentVolumeClaimRetentionPolicy: { whenDeleted: this.whenDeleted, whenScaled: "Retain" },
    };
    return [200, { metadata: { name: "shop", resourceVersion: String(this.version) }, spec }];
  }

  private claim() {
    const ownerReferences = this.whenDeleted === "Delete" ? [{ kind: "StatefulSet", name: "shop" }] : [];
    return { metadata: { name: "data-shop-0", ownerReferences } };
  }
}

let cluster: FakeCluster;
let api: LoopbackHttp;
beforeEach(async () => {
  cluster = new FakeCluster();
  api = await cluster.start();
});
afterEach(() => api.stop());

function request(changes: { ordinal?: number; keepsRelease?: boolean } = {}) {
  const { ordinal = 0, keepsRelease = false } = changes;
  const kubeconfig = JSON.stringify({
    "current-context": "lab",
    clusters: [{ name: "lab", cluster: { server: api.endpoint, "insecure-skip-tls-verify": true } }],
    contexts: [{ name: "lab", context: { cluster: "lab", user: "lab" } }],
    users: [{ name: "lab", user: {} }],
  });
  return {
    // Nobody listens there.
    target: { host: "127.0.0.1", port: 1, user: "root", password: "" },
    place: { kubeconfig, namespace: "databases", statefulSet: "shop", ordinal },
    restoreTimeoutSeconds: 10,
    startTimeoutSeconds: 0,
    keepsRelease,
  };
}

const failureOf = (changes: Parameters<typeof request>[0] = {}) =>
  ensurePodServer(request(changes), undefined, silent).catch((error: unknown) => error);

describe("a target that never came up", () => {
  it("is remembered, so that it is looked for by the next run and removed by `destroy`", async () => {
    const failure = await failureOf();
    expect(failure).toBeInstanceOf(PartialFailure);
    expect(failure).toMatchObject({ partial: { serverUuid: "", running: false } });
    const known = (failure as PartialFailure<Awaited<ReturnType<typeof ensurePodServer>>>).partial;
    expect(await readPodServer(request(), known, silent)).toEqual(known);
    cluster.whenDeleted = "Retain";
    await releasePodServer(request(), known, silent);
    expect(cluster.whenDeleted).toBe("Delete");
  });

  it("takes its volume with it even where its run was killed and nobody remembers it", async () => {
    await failureOf();
    expect(cluster.whenDeleted).toBe("Delete");
  });

  it.each([{ ordinal: 1 }, { keepsRelease: true }])(
    "keeps the volumes beside the primary's with %o",
    async (changes) => {
      await failureOf(changes);
      expect(cluster.whenDeleted).toBe("Retain");
    },
  );
});

it("asks a target that once answered whether it is the primary, and names its claim where it is silent", async () => {
  const release = releasePodServer(request(), { serverUuid: "aaaa" }, silent);
  await expect(release).rejects.toThrow(
    "remove StatefulSet databases/shop and then its volume claim data-shop-0 yourself",
  );
  expect(cluster.whenDeleted).toBe("Retain");
});

it("says how to go on with a primary whose migration is final", () => {
  expect(primaryStays("pod databases/shop-0", { isFinal: true }).problem.next).toMatch(
    /set gtid-ferry:phase to finalize, `pulumi up`, then `pulumi destroy`/,
  );
  expect(primaryStays("pod databases/shop-0", { isFinal: false }).problem.next).toMatch(/^run `pulumi up` first/);
});
