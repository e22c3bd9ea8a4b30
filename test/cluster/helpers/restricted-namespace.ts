import type { Cluster } from "../../../lab/cluster/index.js";
import { makeTestNamespace, type TestNamespace } from "./cluster.js";

/** A namespace whose pods have to keep to the strictest of Kubernetes' own security standards. */
export async function makeRestrictedNamespace(cluster: Cluster, purpose: string): Promise<TestNamespace> {
  const namespace = await makeTestNamespace(cluster, purpose);
  const labels = ["enforce", "warn"].map((mode) => `pod-security.kubernetes.io/${mode}=restricted`);
  await cluster.kubectl(["label", "namespace", namespace.name, ...labels]);
  return {
    ...namespace,
    remove: async () => {
      // Else Kubernetes waits for as long as pods may take to end at most, not for as long as they do.
      await namespace.kubectl(["delete", "statefulset", "--all", "--cascade=foreground", "--timeout=120s"]);
      await namespace.remove();
    },
  };
}
