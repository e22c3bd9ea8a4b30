import type { CoreV1Api } from "@kubernetes/client-node";
import { askKubernetes, openKubeconfig } from "../kubernetes/index.js";
import { type ReleaseRecord, readRecord, type StoredRecord, withStatus } from "./record.js";

/** A release of Helm's in a cluster. Holds access to it, so never log it. */
export interface ReleasePlace {
  /** YAML text. */
  readonly kubeconfig: string;
  /** @default the kubeconfig's current context */
  readonly context?: string;
  readonly namespace: string;
  readonly release: string;
}

/** The API server's view of a release: Helm's records of it, and its pods. */
export class ClusterRelease {
  readonly name: string;
  private core: Promise<CoreV1Api> | undefined;

  constructor(private readonly place: ReleasePlace) {
    this.name = `release ${place.namespace}/${place.release}`;
  }

  /** Those of all revisions, in no order. */
  async records(): Promise<(ReleaseRecord & StoredRecord)[]> {
    const { namespace, release } = this.place;
    // As Helm's own storage driver finds them (helm.sh/helm/v3 pkg/storage/driver/secrets.go).
    const labelSelector = `owner=helm,name=${release}`;
    const found = await this.call("list secrets", (core) => core.listNamespacedSecret({ namespace, labelSelector }));
    return (found?.items ?? []).map(({ metadata, data }) => {
      const stored = {
        secret: metadata?.name ?? "",
        labels: metadata?.labels ?? {},
        release: data?.release ?? "",
      };
      return { ...stored, ...readRecord(stored) };
    });
  }

  /** Sets status and description of a revision, and labels beside those that it has. */
  async change(record: StoredRecord, status: string, description: string, labels = {}): Promise<void> {
    const { namespace } = this.place;
    const name = record.secret;
    await this.call("update secrets", async (core) => {
      const found = await core.readNamespacedSecret({ name, namespace });
      const metadata = { ...found.metadata, labels: { ...found.metadata?.labels, ...labels, status } };
      const data = { ...found.data, release: withStatus(record.release, status, description) };
      return core.replaceNamespacedSecret({ name, namespace, body: { ...found, metadata, data } });
    });
  }

  /** Names of the pods that are there, terminating ones too. */
  async pods(): Promise<string[]> {
    const { namespace, release } = this.place;
    const labelSelector = `app.kubernetes.io/instance=${release}`;
    const found = await this.call("list pods", (core) => core.listNamespacedPod({ namespace, labelSelector }));
    return (found?.items ?? []).map(({ metadata }) => metadata?.name ?? "");
  }

  private call<T>(what: string, work: (core: CoreV1Api) => Promise<T>): Promise<T | undefined> {
    return askKubernetes({ what, where: this.name, namespace: this.place.namespace }, async () => {
      this.core ??= this.connect();
      return work(await this.core);
    });
  }

  private async connect(): Promise<CoreV1Api> {
    const config = await openKubeconfig(this.place);
    // Loaded at the first use: it is large, and most runs need none.
    const { CoreV1Api: Core } = await import("@kubernetes/client-node");
    return config.makeApiClient(Core);
  }
}
