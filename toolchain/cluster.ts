import type { Progress } from "@gtid-ferry/engine/operation";
import { type ContainerRuntime, ensureContainerRuntime } from "./container-runtime.js";
import { ensureKubernetes, type KubernetesPrograms } from "./kubernetes.js";

/** What a one-node cluster runs on. */
export interface ClusterToolchain {
  readonly kubernetes: KubernetesPrograms;
  readonly runtime: ContainerRuntime;
}

/** Gets every program of a one-node cluster where it is missing (some minutes at first). Not part of `ensureToolchain`. */
export async function ensureClusterToolchain(progress: Progress): Promise<ClusterToolchain> {
  const runtime = await ensureContainerRuntime(progress);
  return { runtime, kubernetes: await ensureKubernetes(progress) };
}
