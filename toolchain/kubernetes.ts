import { join } from "node:path";
import type { Progress } from "@gtid-ferry/engine/operation";
import { ensureGoPrograms, type GoBuild } from "./go-build.js";
import { paths } from "./paths.js";

/** Absolute paths of the programs of one Kubernetes release. */
export interface KubernetesPrograms {
  readonly apiServer: string;
  readonly controllerManager: string;
  readonly scheduler: string;
  readonly kubelet: string;
  readonly proxy: string;
  readonly kubectl: string;
}

const build: GoBuild = {
  title: "Kubernetes",
  module: "kubernetes",
  packages: [
    "k8s.io/kubernetes/cmd/kube-apiserver",
    "k8s.io/kubernetes/cmd/kube-controller-manager",
    "k8s.io/kubernetes/cmd/kube-scheduler",
    "k8s.io/kubernetes/cmd/kubelet",
    "k8s.io/kubernetes/cmd/kube-proxy",
    "k8s.io/kubernetes/cmd/kubectl",
  ],
  binDirectory: paths.kubernetesBin,
  // What the server says of itself; Helm and kubectl compare it with theirs.
  variables: {
    "k8s.io/component-base/version.gitVersion": "v1.36.3",
    "k8s.io/component-base/version.gitMajor": "1",
    "k8s.io/component-base/version.gitMinor": "36",
  },
  otherWay: "install Go",
};

/** Builds Kubernetes from its pinned Go modules where that was not done yet: some minutes. Needs Go. */
export async function ensureKubernetes(progress: Progress): Promise<KubernetesPrograms> {
  await ensureGoPrograms(build, progress);
  return {
    apiServer: join(build.binDirectory, "kube-apiserver"),
    controllerManager: join(build.binDirectory, "kube-controller-manager"),
    scheduler: join(build.binDirectory, "kube-scheduler"),
    kubelet: join(build.binDirectory, "kubelet"),
    proxy: join(build.binDirectory, "kube-proxy"),
    kubectl: join(build.binDirectory, "kubectl"),
  };
}
