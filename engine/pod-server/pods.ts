import type { AppsV1Api, CoreV1Api, V1OwnerReference, V1Pod, V1StatefulSet } from "@kubernetes/client-node";
import { askKubernetes, openKubeconfig } from "../kubernetes/index.js";
import { type Progress, waitUntil } from "../operation/index.js";
import { RESTORE_CONTAINER } from "./pod-state.js";

/** Which pod of which StatefulSet; the first one is the target. Holds access to the cluster, so never log it. */
export interface PodPlace {
  /** YAML text. */
  readonly kubeconfig: string;
  /** @default the kubeconfig's current context */
  readonly context?: string;
  readonly namespace: string;
  readonly statefulSet: string;
  /** @default 0 */
  readonly ordinal?: number;
}

export function podName({ statefulSet, ordinal = 0 }: PodPlace): string {
  return `${statefulSet}-${ordinal}`;
}

/** Of the chart's volumeClaimTemplates. */
export function claimName(place: PodPlace): string {
  return `data-${podName(place)}`;
}

const TAKE_OVER_SECONDS = 60;
const isStatefulSet = ({ kind }: V1OwnerReference) => kind === "StatefulSet";

interface Apis {
  readonly core: CoreV1Api;
  readonly apps: AppsV1Api;
}

/** The API server's view of one StatefulSet and one of its pods. */
export class Pods {
  readonly name: string;
  private readonly pod: string;
  private apis: Promise<Apis> | undefined;

  constructor(private readonly place: PodPlace) {
    this.pod = podName(place);
    this.name = `pod ${place.namespace}/${this.pod}`;
  }

  /** Undefined while there is none. */
  async read(): Promise<V1Pod | undefined> {
    const { namespace } = this.place;
    return this.call("get pods", ({ core }) => core.readNamespacedPod({ name: this.pod, namespace }));
  }

  /** The newest line of the restore's log; empty while there is none. */
  async lastRestoreLine(): Promise<string> {
    const { namespace } = this.place;
    const request = { name: this.pod, namespace, container: RESTORE_CONTAINER, tailLines: 1 };
    const log = await this.call("get pods/log", ({ core }) => core.readNamespacedPodLog(request));
    return log?.trim() ?? "";
  }

  /** Whether there is such a StatefulSet. */
  async exists(): Promise<boolean> {
    const { namespace, statefulSet: name } = this.place;
    const found = await this.call("get statefulsets", ({ apps }) =>
      apps.readNamespacedStatefulSet({ name, namespace }),
    );
    return found !== undefined;
  }

  /** Decides whether the volumes stay when the StatefulSet is deleted. Undefined when there is no such StatefulSet. */
  async setVolumeFate(whenDeleted: "Delete" | "Retain"): Promise<V1StatefulSet | undefined> {
    const { namespace, statefulSet: name } = this.place;
    return this.call("update statefulsets", async ({ apps }) => {
      const found = await apps.readNamespacedStatefulSet({ name, namespace });
      const { spec, metadata } = found;
      if (spec === undefined || spec.persistentVolumeClaimRetentionPolicy?.whenDeleted === whenDeleted) return found;
      // Its controller writes a new version for every step of a pod, but never the specification.
      const { resourceVersion: _, ...unversioned } = metadata ?? {};
      const persistentVolumeClaimRetentionPolicy = { whenDeleted, whenScaled: "Retain" };
      const body = { ...found, metadata: unversioned, spec: { ...spec, persistentVolumeClaimRetentionPolicy } };
      return apps.replaceNamespacedStatefulSet({ name, namespace, body });
    });
  }

  /** Lets the volumes go together with the StatefulSet; returns when its controller has taken them over. */
  async releaseVolumes(progress: Progress): Promise<void> {
    const { namespace } = this.place;
    const found = await this.setVolumeFate("Delete");
    if (found === undefined) return;
    const labels = Object.entries(found.spec?.selector.matchLabels ?? {});
    const labelSelector = labels.map(([key, value]) => `${key}=${value}`).join(",");
    const wait = {
      awaited: "volume claims that belong to the StatefulSet",
      where: this.name,
      next: `look at them: kubectl get persistentvolumeclaims --namespace ${namespace} --selector ${labelSelector} --output yaml`,
      timeoutSeconds: TAKE_OVER_SECONDS,
      progress,
    };
    await waitUntil(wait, async () => {
      const claims = await this.call("list persistentvolumeclaims", ({ core }) =>
        core.listNamespacedPersistentVolumeClaim({ namespace, labelSelector }),
      );
      const free = (claims?.items ?? []).filter(({ metadata }) => !metadata?.ownerReferences?.some(isStatefulSet));
      if (free.length === 0) return { done: undefined };
      return { seen: `${free.map(({ metadata }) => metadata?.name).join(", ")} would stay` };
    });
  }

  /** Undefined for what is not there. */
  private call<T>(what: string, work: (apis: Apis) => Promise<T>): Promise<T | undefined> {
    const question = { what, where: this.name, namespace: this.place.namespace };
    return askKubernetes(question, async () => {
      this.apis ??= this.connect();
      return work(await this.apis);
    });
  }

  private async connect(): Promise<Apis> {
    const config = await openKubeconfig(this.place);
    // Loaded at the first use: it is large, and most runs need none.
    const { CoreV1Api: Core, AppsV1Api: Apps } = await import("@kubernetes/client-node");
    return { core: config.makeApiClient(Core), apps: config.makeApiClient(Apps) };
  }
}
