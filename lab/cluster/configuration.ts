import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ContainerRuntime } from "../../toolchain/container-runtime.js";
import type { ClusterAddresses } from "./addresses.js";
import { PAUSE_IMAGE } from "./image-names.js";
import type { ClusterLayout } from "./layout.js";
import { NODE_NAME, secretFiles } from "./secrets.js";

export const CONTAINERD_SOCKET = "/run/containerd/containerd.sock";

export function configurationFiles({ configuration }: ClusterLayout) {
  return {
    containerd: join(configuration, "containerd.toml"),
    cni: join(configuration, "cni"),
    kubelet: join(configuration, "kubelet.json"),
    proxy: join(configuration, "kube-proxy.json"),
  } as const;
}

export async function writeConfiguration(
  layout: ClusterLayout,
  addresses: ClusterAddresses,
  runtime: ContainerRuntime,
): Promise<void> {
  const files = configurationFiles(layout);
  await mkdir(files.cni, { recursive: true });
  await writeFile(files.containerd, containerdConfiguration(layout, runtime));
  await writeJson(join(files.cni, "10-pods.conflist"), podNetwork(addresses));
  await writeJson(files.kubelet, kubeletConfiguration(layout, addresses));
  await writeJson(files.proxy, proxyConfiguration(layout, addresses));
}

function containerdConfiguration(layout: ClusterLayout, { cniDirectory, runc }: ContainerRuntime): string {
  // Where lowering a process's out-of-memory score is not permitted, no pod would start otherwise.
  return `version = 3
root = ${JSON.stringify(layout.containerd)}
state = "/run/containerd"
[grpc]
  address = ${JSON.stringify(CONTAINERD_SOCKET)}
[plugins.'io.containerd.internal.v1.opt']
  path = ${JSON.stringify(join(layout.containerd, "opt"))}
[plugins.'io.containerd.cri.v1.runtime']
  restrict_oom_score_adj = true
[plugins.'io.containerd.cri.v1.runtime'.cni]
  bin_dirs = [${JSON.stringify(cniDirectory)}]
  conf_dir = ${JSON.stringify(configurationFiles(layout).cni)}
[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
  BinaryName = ${JSON.stringify(runc)}
  SystemdCgroup = false
[plugins.'io.containerd.cri.v1.images'.pinned_images]
  sandbox = ${JSON.stringify(PAUSE_IMAGE)}
`;
}

/** A routed link for each pod: between pods of one bridge, answers would pass by what undoes a Service's address. */
function podNetwork({ podCidr }: ClusterAddresses) {
  const ipam = {
    type: "host-local",
    dataDir: "/run/cni",
    ranges: [[{ subnet: podCidr }]],
    routes: [{ dst: "0.0.0.0/0" }],
  };
  return { cniVersion: "1.0.0", name: "pods", plugins: [{ type: "ptp", ipMasq: false, ipam }] };
}

function kubeletConfiguration(layout: ClusterLayout, { name, nodeAddress }: ClusterAddresses) {
  const secrets = secretFiles(layout);
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    address: nodeAddress,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: false },
      x509: { clientCAFile: secrets.authority },
    },
    authorization: { mode: "AlwaysAllow" },
    tlsCertFile: secrets.certificate("kubelet"),
    tlsPrivateKeyFile: secrets.key("kubelet"),
    containerRuntimeEndpoint: `unix://${CONTAINERD_SOCKET}`,
    cgroupDriver: "cgroupfs",
    cgroupRoot: `/${name}`,
    enforceNodeAllocatable: [],
    failCgroupV1: false,
    failSwapOn: false,
    oomScoreAdj: 0,
    resolvConf: "/dev/null",
    clusterDomain: "cluster.local",
    volumePluginDir: join(layout.kubelet, "volume-plugins"),
    // A developer's disk may be nearly full; no pod is to be evicted and no image removed for that.
    evictionHard: { "nodefs.available": "0%", "nodefs.inodesFree": "0%", "imagefs.available": "0%" },
    imageGCHighThresholdPercent: 100,
  };
}

function proxyConfiguration(layout: ClusterLayout, { podCidr }: ClusterAddresses) {
  return {
    apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
    kind: "KubeProxyConfiguration",
    clientConnection: { kubeconfig: secretFiles(layout).kubeconfig("proxy") },
    mode: "nftables",
    clusterCIDR: podCidr,
    hostnameOverride: NODE_NAME,
    // These limits belong to the whole machine, not to a network namespace.
    conntrack: { maxPerCore: 0, tcpEstablishedTimeout: "0s", tcpCloseWaitTimeout: "0s" },
    linux: { oomScoreAdj: 0 },
  };
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFile(path, `${JSON.stringify(value, null, 2)}\n`);
}
