import type { CoreV1Api, V1Pod, V1Secret, V1ServiceAccount } from "@kubernetes/client-node";
import { apiStatusOf, askKubernetes, openKubeconfig } from "../kubernetes/index.js";
import { type Progress, waitUntil } from "../operation/index.js";
import { CONTAINER } from "./pod-manifest.js";
import type { ClusterPlace } from "./request.js";

const GONE_SECONDS = 60;
const TOKEN_SECONDS = 600;
const CONFLICT = 409;

/** The API server's view of the namespace that the target will be in. */
export class TargetNamespace {
  private core: Promise<CoreV1Api> | undefined;

  constructor(private readonly place: ClusterPlace) {}

  /** Undefined for none. */
  serviceAccount(name: string): Promise<V1ServiceAccount | undefined> {
    return this.call("get serviceaccounts", (core, namespace) =>
      core.readNamespacedServiceAccount({ name, namespace }),
    );
  }

  /** Undefined where there is no such namespace. */
  makeServiceAccount(body: V1ServiceAccount): Promise<V1ServiceAccount | undefined> {
    return this.call("create serviceaccounts", (core, namespace) =>
      core.createNamespacedServiceAccount({ namespace, body }),
    );
  }

  /** Leaves one that somebody else has changed or made again since. */
  async removeServiceAccount({ metadata }: V1ServiceAccount): Promise<void> {
    const { name = "", uid = "", resourceVersion = "" } = metadata ?? {};
    await this.call("delete serviceaccounts", (core, namespace) =>
      core
        .deleteNamespacedServiceAccount({ name, namespace, body: { preconditions: { uid, resourceVersion } } })
        .catch((error: unknown) => {
          if (apiStatusOf(error) !== CONFLICT) throw error;
          return undefined;
        }),
    );
  }

  /** A token like those that pods of the account have. Undefined where there is none of that name. */
  async token(name: string, audience: string | undefined): Promise<string | undefined> {
    const audiences = audience === undefined ? [] : [audience];
    const body = { spec: { audiences, expirationSeconds: TOKEN_SECONDS } };
    const answer = await this.call("create serviceaccounts/token", (core, namespace) =>
      core.createNamespacedServiceAccountToken({ name, namespace, body }),
    );
    return answer?.status?.token;
  }

  async makeSecret(body: V1Secret): Promise<void> {
    await this.call("create secrets", (core, namespace) => core.createNamespacedSecret({ namespace, body }));
  }

  /** None there is success. */
  async removeSecret(name: string): Promise<void> {
    await this.call("delete secrets", (core, namespace) => core.deleteNamespacedSecret({ name, namespace }));
  }

  pod(name: string): Promise<V1Pod | undefined> {
    return this.call("get pods", (core, namespace) => core.readNamespacedPod({ name, namespace }));
  }

  /** `tryOnly`: gives what would be made. Undefined where there is no such namespace. */
  makePod(body: V1Pod, { tryOnly = false } = {}): Promise<V1Pod | undefined> {
    return this.call("create pods", (core, namespace) =>
      core.createNamespacedPod({ namespace, body, ...(tryOnly ? { dryRun: "All" } : {}) }),
    );
  }

  /** Returns when it is gone; none there is success. */
  async removePod(name: string, progress: Progress): Promise<void> {
    const remove = () =>
      this.call("delete pods", (core, namespace) =>
        core.deleteNamespacedPod({ name, namespace, gracePeriodSeconds: 0 }),
      );
    if ((await remove()) === undefined) return;
    const wait = {
      awaited: `no pod ${name}`,
      where: this.name,
      next: `delete it: kubectl delete pod ${name} --namespace ${this.place.namespace}`,
      timeoutSeconds: GONE_SECONDS,
      progress,
    };
    await waitUntil(wait, async () =>
      (await this.pod(name)) === undefined ? { done: undefined } : { seen: "it is still there" },
    );
  }

  async log(name: string): Promise<string> {
    const log = await this.call("get pods/log", (core, namespace) =>
      core.readNamespacedPodLog({ name, namespace, container: CONTAINER }),
    );
    return log ?? "";
  }

  get name(): string {
    return `namespace ${this.place.namespace}`;
  }

  /** Undefined for what is not there. */
  private call<T>(what: string, work: (core: CoreV1Api, namespace: string) => Promise<T>): Promise<T | undefined> {
    const { namespace } = this.place;
    return askKubernetes({ what, where: this.name, namespace }, async () => {
      this.core ??= this.connect();
      return work(await this.core, namespace);
    });
  }

  private async connect(): Promise<CoreV1Api> {
    const config = await openKubeconfig(this.place);
    // Loaded at the first use: it is large, and most runs need none.
    const { CoreV1Api: Core } = await import("@kubernetes/client-node");
    return config.makeApiClient(Core);
  }
}
