import { rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type Progress, silent } from "@gtid-ferry/engine/operation";
import { type ClusterToolchain, ensureClusterToolchain } from "../../toolchain/cluster.js";
import { withLock } from "../../toolchain/lock.mjs";
import { paths } from "../../toolchain/paths.js";
import { clusterAddresses } from "./addresses.js";
import { makeControlGroup, removeControlGroup } from "./cgroups.js";
import { Cluster } from "./cluster.js";
import { readClusterRecord, writeClusterRecord } from "./cluster-record.js";
import { writeConfiguration } from "./configuration.js";
import { ensureImages, importImage } from "./images.js";
import { type ClusterLayout, clusterLayout } from "./layout.js";
import { awaitNoLink, connectSandbox } from "./network.js";
import { requireMachine } from "./require-machine.js";
import { closeSandbox, findSandbox, openSandbox } from "./sandbox.js";
import { makeSecrets } from "./secrets.js";
import { storageClass } from "./volumes.js";

export interface ClusterOptions {
  /** Holds everything of the cluster. @default .ferry/cluster */
  readonly directory?: string;
  readonly progress?: Progress;
}

/**
 * Starts a one-node Kubernetes cluster and waits until its node is ready, or finds it running in that directory; its
 * components that ended are started again. Needs root, and some minutes at first for its programs.
 */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const layout = layoutOf(options.directory);
  const { progress = silent } = options;
  requireMachine(layout);
  const toolchain = await ensureClusterToolchain(progress);
  const images = await ensureImages(toolchain, progress);
  return await withLock(lockOf(layout), progress, async () => {
    const running = await find(layout, toolchain);
    if (running === undefined) return await startAnew({ layout, toolchain, images, progress });
    await running.startComponents();
    await running.waitUntilReady();
    return running;
  });
}

/** The cluster that runs in a directory, if one does. */
export async function findCluster(directory?: string): Promise<Cluster | undefined> {
  const layout = layoutOf(directory);
  return await find(layout, await ensureClusterToolchain(silent));
}

/** Ends everything of a directory's cluster and removes its data, whatever state it is in; none being there is success. */
export async function stopCluster(options: ClusterOptions = {}): Promise<void> {
  const layout = layoutOf(options.directory);
  await withLock(lockOf(layout), options.progress ?? silent, () => remove(layout));
}

async function find(layout: ClusterLayout, toolchain: ClusterToolchain): Promise<Cluster | undefined> {
  const record = await readClusterRecord(layout);
  const sandbox = findSandbox(layout);
  // What a killed start left is of no use.
  if (record?.isComplete !== true || sandbox === undefined) return undefined;
  return new Cluster(toolchain, layout, sandbox, record.number);
}

interface NewCluster {
  readonly layout: ClusterLayout;
  readonly toolchain: ClusterToolchain;
  /** As `ensureImages` gives them. */
  readonly images: readonly string[];
  readonly progress: Progress;
}

async function startAnew({ layout, toolchain, images, progress }: NewCluster): Promise<Cluster> {
  progress(`starting a cluster in ${layout.directory}`);
  await remove(layout);
  const sandbox = await openSandbox(layout);
  const number = await connectSandbox(sandbox);
  await writeClusterRecord(layout, { number, isComplete: false });
  const addresses = clusterAddresses(number);
  await makeControlGroup(addresses.name);
  await makeSecrets(layout, addresses);
  await writeConfiguration(layout, addresses, toolchain.runtime);

  const cluster = new Cluster(toolchain, layout, sandbox, number);
  await cluster.startComponents(["etcd", "containerd"]);
  const importImages = async () => {
    for (const image of images) await importImage(image, sandbox, toolchain);
    progress("the images are there");
  };
  await Promise.all([importImages(), cluster.startComponents()]);
  await cluster.kubectl(["apply", "--filename=-"], JSON.stringify(storageClass));
  await cluster.waitUntilReady();
  progress("the node is ready");
  await writeClusterRecord(layout, { number, isComplete: true });
  return cluster;
}

async function remove(layout: ClusterLayout): Promise<void> {
  const record = await readClusterRecord(layout);
  await closeSandbox(layout);
  if (record !== undefined) {
    const addresses = clusterAddresses(record.number);
    await awaitNoLink(addresses);
    await removeControlGroup(addresses.name);
  }
  const { directory: _, ...own } = layout;
  for (const path of [...Object.values(own), `${layout.var}-work`]) await rm(path, { recursive: true, force: true });
}

function layoutOf(directory: string = paths.cluster): ClusterLayout {
  return clusterLayout(resolve(directory));
}

function lockOf({ directory }: ClusterLayout): string {
  return join(directory, "lock");
}
