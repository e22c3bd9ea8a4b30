import type { V1ServiceAccount } from "@kubernetes/client-node";
import { FerryError } from "../operation/index.js";
import type { ChartPod } from "./chart-pod.js";
import { helmOwner } from "./judge-account.js";
import type { AccountState } from "./observation.js";
import type { AccessRequest } from "./request.js";
import type { TargetNamespace } from "./target-namespace.js";

const RELEASE_NAME = "meta.helm.sh/release-name";
const RELEASE_NAMESPACE = "meta.helm.sh/release-namespace";
const MANAGED_BY = "app.kubernetes.io/managed-by";

/**
 * Runs `work` while there is the service account of the release's pods: one that is made for it goes afterwards, and would
 * be taken over by Helm if it could not. `work` gets what was there before, and whether there is one now.
 */
export async function withServiceAccount<T>(
  namespace: TargetNamespace,
  request: AccessRequest,
  { serviceAccount }: ChartPod,
  work: (state: AccountState | undefined, exists: boolean) => Promise<T>,
): Promise<T> {
  const found = await namespace.serviceAccount(serviceAccount.name);
  if (found !== undefined || !serviceAccount.isMadeByRelease) {
    return work(found && stateOf(found), found !== undefined);
  }
  const made = await namespace.makeServiceAccount(accountManifest(request, serviceAccount));
  if (made === undefined) throw noNamespace(request);
  try {
    return await work(undefined, true);
  } finally {
    await namespace.removeServiceAccount(made);
  }
}

/** As the release makes it, so that Helm takes it over. */
export function accountManifest(
  { release, cluster: { namespace } }: AccessRequest,
  { name, annotations }: Pick<ChartPod["serviceAccount"], "name" | "annotations">,
): V1ServiceAccount {
  return {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: {
      name,
      labels: { [MANAGED_BY]: "Helm" },
      annotations: { ...annotations, [RELEASE_NAME]: release, [RELEASE_NAMESPACE]: namespace },
    },
  };
}

function stateOf({ metadata }: V1ServiceAccount): AccountState {
  const { labels = {}, annotations = {} } = metadata ?? {};
  const [release, namespace] = [annotations[RELEASE_NAME], annotations[RELEASE_NAMESPACE]];
  if (labels[MANAGED_BY] !== "Helm" || release === undefined || namespace === undefined) return { annotations };
  return { annotations, helmOwner: helmOwner(release, namespace) };
}

function noNamespace({ cluster: { namespace } }: AccessRequest): FerryError {
  return new FerryError({
    failed: "access check",
    where: `namespace ${namespace}`,
    seen: "there is no such namespace",
    wanted: "a namespace for the target",
    next: `kubectl create namespace ${namespace}`,
  });
}
