import { join } from "node:path";
import type { Progress } from "@gtid-ferry/engine/operation";
import { type ContainerRuntime, ensureContainerRuntime } from "./container-runtime.js";
import { addToDebianRoot, ensureDebianRoot } from "./debian-root.js";
import { findProgram } from "./find-program.js";
import { ensureKubernetes, type KubernetesPrograms } from "./kubernetes.js";
import { withLock } from "./lock.mjs";
import { paths } from "./paths.js";

/** What a one-node cluster runs on, and what its images are made of. */
export interface ClusterToolchain {
  readonly kubernetes: KubernetesPrograms;
  readonly runtime: ContainerRuntime;
  /** A Debian root directory with MySQL, zstd and the AWS CLI. */
  readonly imageRoot: string;
}

/** Gets everything for a one-node cluster where it is missing (some minutes at first). Not part of `ensureToolchain`. */
export async function ensureClusterToolchain(progress: Progress): Promise<ClusterToolchain> {
  const runtime = await ensureContainerRuntime(progress);
  const imageRoot = await ensureImageRoot(progress);
  return { runtime, imageRoot, kubernetes: await ensureKubernetes(progress) };
}

function ensureImageRoot(progress: Progress): Promise<string> {
  return withLock(join(paths.locks, "debian-root"), progress, async () => {
    const root = paths.mysqlRoot;
    await ensureDebianRoot(root, progress);
    if (findProgram("aws", [join(root, "usr/bin")]) === undefined) await addToDebianRoot(root, "awscli", progress);
    return root;
  });
}
