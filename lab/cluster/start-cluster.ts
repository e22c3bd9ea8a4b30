import { rm } from "node:fs/promises";
import { join, resolve, sep } from "node:path";
import { FerryError, type Progress, silent } from "@gtid-ferry/engine/operation";
import { type ClusterToolchain, ensureClusterToolchain } from "../../toolchain/cluster.js";
import { withLock } from "../../toolchain/lock.mjs";
import { paths } from "../../toolchain/paths.js";
import { clusterAddresses } from "./addresses.js";
import { makeControlGroup, removeControlGroup } from "./cgroups.js";
import { Cluster } from "./cluster.js";
import { readClusterNumber, writeClusterNumber } from "./cluster-record.js";
import { writeConfiguration } from "./configuration.js";
import { ensureImages, importImage } from "./images.js";
import { type ClusterLayout, clusterLayout } from "./layout.js";
import { awaitNoLink, connectSandbox } from "./network.js";
import { closeSandbox, findSandbox, openSandbox, type Sandbox } from "./sandbox.js";
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
    if (running === undefined) progress(`starting a cluster in ${layout.directory}`);
    const { cluster, sandbox } = running ?? (await prepare(layout, toolchain));
    await makeControlGroup(cluster.addresses.name);
    await cluster.startComponents();
    await cluster.waitUntilReady();
    progress("the node is ready");
    if (running === undefined) {
      for (const image of images) await importImage(image, sandbox, toolchain);
      await cluster.kubectl(["apply", "--filename=-"], JSON.stringify(storageClass));
      progress("the cluster has its images");
    }
    return cluster;
  });
}

/** The cluster that runs in a directory, if one does. */
export async function findCluster(directory?: string): Promise<Cluster | undefined> {
  const layout = layoutOf(directory);
  return (await find(layout, await ensureClusterToolchain(silent)))?.cluster;
}

/** Ends everything of a directory's cluster and removes its data, whatever state it is in; none being there is success. */
export async function stopCluster(options: ClusterOptions = {}): Promise<void> {
  const layout = layoutOf(options.directory);
  await withLock(lockOf(layout), options.progress ?? silent, () => remove(layout));
}

interface Found {
  readonly cluster: Cluster;
  readonly sandbox: Sandbox;
}

async function find(layout: ClusterLayout, toolchain: ClusterToolchain): Promise<Found | undefined> {
  const number = await readClusterNumber(layout);
  const sandbox = findSandbox(layout);
  if (number === undefined || sandbox === undefined) return undefined;
  return { cluster: new Cluster(toolchain, layout, sandbox, number), sandbox };
}

async function prepare(layout: ClusterLayout, toolchain: ClusterToolchain): Promise<Found> {
  await remove(layout);
  const sandbox = await openSandbox(layout);
  const number = await connectSandbox(sandbox);
  const addresses = clusterAddresses(number);
  await makeSecrets(layout, addresses);
  await writeConfiguration(layout, addresses, toolchain.runtime);
  await writeClusterNumber(layout, number);
  return { cluster: new Cluster(toolchain, layout, sandbox, number), sandbox };
}

async function remove(layout: ClusterLayout): Promise<void> {
  const number = await readClusterNumber(layout);
  await closeSandbox(layout);
  if (number !== undefined) {
    const addresses = clusterAddresses(number);
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

function requireMachine({ directory }: ClusterLayout): void {
  const problem = { failed: "starting the cluster", where: directory };
  if (process.getuid?.() !== 0) {
    const next = "run it as root, on a machine of your own";
    throw new FerryError({ ...problem, seen: "this process does not run as root", wanted: "root", next });
  }
  if (`${directory}${sep}`.startsWith("/var/")) {
    const next = "give another directory";
    throw new FerryError({ ...problem, seen: "a folder of /var", wanted: "a folder elsewhere", next });
  }
}
