import { type Cluster, findCluster } from "../../../lab/cluster/index.js";

/** The cluster that the tests' driver has started. */
export async function testCluster(): Promise<Cluster> {
  const cluster = await findCluster();
  if (cluster === undefined) throw new Error("no cluster runs here: npm run lab:cluster starts one");
  return cluster;
}

/** A namespace for one test file, whose pods have to keep to the strictest of Kubernetes' own security standards. */
export async function makeNamespace({ kubectl }: Cluster, name: string): Promise<void> {
  const labels = {
    "pod-security.kubernetes.io/enforce": "restricted",
    "pod-security.kubernetes.io/warn": "restricted",
  };
  await removeNamespace({ kubectl }, name);
  const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } };
  await kubectl(["apply", "--filename=-"], JSON.stringify(namespace));
}

export async function removeNamespace({ kubectl }: Pick<Cluster, "kubectl">, name: string): Promise<void> {
  // Kubernetes would wait for as long as pods may take to end at most, not for as long as they do.
  const sets = ["delete", "statefulset", "--all", `--namespace=${name}`, "--cascade=foreground", "--timeout=120s"];
  await kubectl(sets);
  await kubectl(["delete", "namespace", name, "--ignore-not-found", "--timeout=120s"]);
}
