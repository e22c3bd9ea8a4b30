import { join } from "node:path";

/** Where the parts of a cluster lie in its directory. */
export function clusterLayout(directory: string) {
  return {
    directory,
    record: join(directory, "cluster.json"),
    kubeconfig: join(directory, "kubeconfig"),
    /** Keys, certificates and tokens. */
    secrets: join(directory, "secrets"),
    configuration: join(directory, "configuration"),
    components: join(directory, "components"),
    logs: join(directory, "logs"),
    etcd: join(directory, "etcd"),
    containerd: join(directory, "containerd"),
    kubelet: join(directory, "kubelet"),
    volumes: join(directory, "volumes"),
    /** What the cluster's processes write to /var lands here. */
    var: join(directory, "var"),
  } as const;
}

export type ClusterLayout = ReturnType<typeof clusterLayout>;
