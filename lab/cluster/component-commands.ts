import { join } from "node:path";
import type { ClusterToolchain } from "../../toolchain/cluster.js";
import type { ClusterAddresses } from "./addresses.js";
import { configurationFiles } from "./configuration.js";
import type { ClusterLayout } from "./layout.js";
import { NODE_NAME, secretFiles } from "./secrets.js";

export const componentNames = [
  "etcd",
  "containerd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kubelet",
  "kube-proxy",
] as const;

export type ComponentName = (typeof componentNames)[number];

type Command = readonly [string, ...string[]];

export function componentCommands(
  layout: ClusterLayout,
  addresses: ClusterAddresses,
  toolchain: ClusterToolchain,
): Readonly<Record<ComponentName, Command>> {
  const { kubernetes, runtime } = toolchain;
  const secrets = secretFiles(layout);
  const files = configurationFiles(layout);
  return {
    etcd: [join(runtime.binDirectory, "etcd"), ...etcdOptions(layout)],
    containerd: [join(runtime.binDirectory, "containerd"), `--config=${files.containerd}`],
    "kube-apiserver": [kubernetes.apiServer, ...apiServerOptions(layout, addresses)],
    "kube-controller-manager": [
      kubernetes.controllerManager,
      `--kubeconfig=${secrets.kubeconfig("controllerManager")}`,
      `--root-ca-file=${secrets.authority}`,
      `--service-account-private-key-file=${secrets.serviceAccountKey}`,
      "--use-service-account-credentials=true",
      "--leader-elect=false",
    ],
    "kube-scheduler": [kubernetes.scheduler, `--kubeconfig=${secrets.kubeconfig("scheduler")}`, "--leader-elect=false"],
    kubelet: [
      kubernetes.kubelet,
      `--config=${files.kubelet}`,
      `--kubeconfig=${secrets.kubeconfig("kubelet")}`,
      `--root-dir=${layout.kubelet}`,
      `--hostname-override=${NODE_NAME}`,
      `--node-ip=${addresses.nodeAddress}`,
    ],
    "kube-proxy": [kubernetes.proxy, `--config=${files.proxy}`],
  };
}

/** Reached by nobody but the API server, which shares its network namespace; the data need not outlive the machine. */
function etcdOptions({ etcd }: ClusterLayout): readonly string[] {
  const client = "http://127.0.0.1:2379";
  const peer = "http://127.0.0.1:2380";
  return [
    `--data-dir=${etcd}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    "--unsafe-no-fsync",
  ];
}

function apiServerOptions(layout: ClusterLayout, { nodeAddress, serviceCidr }: ClusterAddresses): readonly string[] {
  const secrets = secretFiles(layout);
  return [
    "--etcd-servers=http://127.0.0.1:2379",
    `--advertise-address=${nodeAddress}`,
    `--tls-cert-file=${secrets.certificate("api-server")}`,
    `--tls-private-key-file=${secrets.key("api-server")}`,
    `--kubelet-certificate-authority=${secrets.authority}`,
    `--kubelet-client-certificate=${secrets.certificate("api-server-client")}`,
    `--kubelet-client-key=${secrets.key("api-server-client")}`,
    "--kubelet-preferred-address-types=InternalIP",
    `--token-auth-file=${secrets.tokens}`,
    "--authorization-mode=Node,RBAC",
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${secrets.serviceAccountPublicKey}`,
    `--service-account-signing-key-file=${secrets.serviceAccountKey}`,
    `--service-cluster-ip-range=${serviceCidr}`,
    "--allow-privileged=true",
  ];
}
