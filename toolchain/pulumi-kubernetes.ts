import type { Progress } from "@gtid-ferry/engine/operation";
import { ensureGoPrograms, type GoBuild } from "./go-build.js";
import { paths } from "./paths.js";

export interface KubernetesPlugin {
  /** The folder that has `pulumi-resource-kubernetes` and nothing else: for the PATH, where Pulumi looks for plugins. */
  readonly binDirectory: string;
}

const build: GoBuild = {
  title: "Pulumi's Kubernetes plugin",
  module: "pulumi-kubernetes",
  packages: ["gtid-ferry/pulumi-resource-kubernetes"],
  binDirectory: paths.kubernetesPlugin,
  // The module is of January 2026, after 4.24.1; releases of the plugin itself cannot be had as modules.
  variables: { "main.version": "4.25.0-alpha.1768447496" },
  otherWay: "install Go",
};

/**
 * Builds Pulumi's official Kubernetes plugin from its Go module where that was not done yet: about 14 minutes of processor
 * time, and 4 GB of memory at its peak. Needs Go.
 */
export async function ensureKubernetesPlugin(progress: Progress): Promise<KubernetesPlugin> {
  await ensureGoPrograms(build, progress);
  return { binDirectory: build.binDirectory };
}
