import type { ClusterToolchain } from "../../toolchain/cluster.js";
import { type ClusterAddresses, clusterAddresses } from "./addresses.js";
import { type ComponentName, componentCommands, componentNames } from "./component-commands.js";
import { killComponent, startComponent, stopComponent, waitForCluster } from "./components.js";
import { type Kubectl, kubectlFor } from "./kubectl.js";
import type { ClusterLayout } from "./layout.js";
import { lookWhetherApiAnswers, lookWhetherContainerdAnswers, lookWhetherReady } from "./readiness.js";
import type { Sandbox } from "./sandbox.js";
import { makeVolumePlace, type VolumeRequest } from "./volumes.js";

/** A running one-node cluster, known by its directory; it outlives this object and the process that started it. */
export class Cluster {
  readonly kubeconfig: string;
  readonly addresses: ClusterAddresses;
  /** As the administrator. */
  readonly kubectl: Kubectl;

  constructor(
    private readonly toolchain: ClusterToolchain,
    private readonly layout: ClusterLayout,
    private readonly sandbox: Sandbox,
    number: number,
  ) {
    this.kubeconfig = layout.kubeconfig;
    this.addresses = clusterAddresses(number);
    this.kubectl = kubectlFor(toolchain.kubernetes.kubectl, layout.kubeconfig);
  }

  get directory(): string {
    return this.layout.directory;
  }

  /** Starts those of its components that do not run. */
  async startComponents(names: readonly ComponentName[] = componentNames): Promise<void> {
    const commands = componentCommands(this.layout, this.addresses, this.toolchain);
    const { binDirectory, nftDirectory } = this.toolchain.runtime;
    for (const name of names) {
      const component = { name, command: commands[name], pathDirectories: [binDirectory, nftDirectory] };
      await startComponent(this.layout, this.sandbox, component);
      await this.waitUntilUsable(name);
    }
  }

  /** SIGTERM to one of its components. */
  async stopComponent(name: ComponentName): Promise<void> {
    await stopComponent(this.layout, name);
  }

  /** SIGKILL to one of its components. */
  async killComponent(name: ComponentName): Promise<void> {
    await killComponent(this.layout, name);
  }

  async restartComponent(name: ComponentName): Promise<void> {
    await this.stopComponent(name);
    await this.startComponents([name]);
    await this.waitUntilReady();
  }

  /** Waits until pods can be made, and those that are there can be entered. */
  async waitUntilReady(): Promise<void> {
    await waitForCluster(this.layout, "a ready node", () => lookWhetherReady(this.kubectl));
  }

  /** Makes a PersistentVolume of class `STORAGE_CLASS`, to which its claim binds when its pod is scheduled. */
  async makeVolume(request: VolumeRequest): Promise<void> {
    const volume = await makeVolumePlace(this.layout, this.sandbox, request);
    await this.kubectl(["apply", "--filename=-"], JSON.stringify(volume));
  }

  private async waitUntilUsable(name: ComponentName): Promise<void> {
    const { layout, sandbox, kubectl } = this;
    if (name === "containerd") {
      await waitForCluster(layout, "containerd's answer", () => lookWhetherContainerdAnswers(sandbox));
    }
    if (name === "kube-apiserver") {
      await waitForCluster(layout, "the API server's answer", () => lookWhetherApiAnswers(kubectl));
    }
  }
}
