import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { FerryError } from "@gtid-ferry/engine/operation";
import type { ClusterLayout } from "./layout.js";
import { must } from "./run.js";
import type { Sandbox } from "./sandbox.js";
import { NODE_NAME } from "./secrets.js";

/** The default class: of volumes that were made before, each for one claim, which takes it when its pod is scheduled. */
export const STORAGE_CLASS = "local";

export interface VolumeRequest {
  /** Of the PersistentVolume: lower-case letters, digits and dashes. */
  readonly name: string;
  /** The claim that may have it, and no other. */
  readonly claim: { readonly namespace: string; readonly name: string };
  /** Size of a file system of its own, at least 8 MiB. @default a folder of this machine's disk, as 1 TiB */
  readonly sizeBytes?: number;
}

export const storageClass = {
  apiVersion: "storage.k8s.io/v1",
  kind: "StorageClass",
  metadata: { name: STORAGE_CLASS, annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
  provisioner: "kubernetes.io/no-provisioner",
  volumeBindingMode: "WaitForFirstConsumer",
} as const;

/** Makes the place of a volume, and gives the PersistentVolume to apply. */
export async function makeVolumePlace(layout: ClusterLayout, sandbox: Sandbox, request: VolumeRequest) {
  const { name, sizeBytes } = request;
  if (!/^[a-z0-9]([a-z0-9-]{0,60}[a-z0-9])?$/.test(name)) {
    const wanted = "lower-case letters, digits and dashes";
    const next = "choose another name";
    throw new FerryError({
      failed: "naming a volume",
      where: layout.volumes,
      seen: JSON.stringify(name),
      wanted,
      next,
    });
  }
  const path = join(layout.volumes, name);
  await mkdir(path, { recursive: true });
  if (sizeBytes !== undefined) await mountFileSystem(path, sizeBytes, sandbox);
  return persistentVolume(request, path);
}

/** Inside the cluster's own mounts: it goes with them. */
async function mountFileSystem(path: string, sizeBytes: number, { enter }: Sandbox): Promise<void> {
  const image = `${path}.ext4`;
  await writeFile(image, "");
  await must(["truncate", `--size=${sizeBytes}`, image]);
  // No space is kept back for root.
  await must(["mkfs.ext4", "-q", "-m", "0", image]);
  await must([...enter, "mount", "-o", "loop", image, path]);
  // The mount keeps the file alive.
  await rm(image);
}

function persistentVolume({ name, claim, sizeBytes = 2 ** 40 }: VolumeRequest, path: string) {
  const onNode = [{ key: "kubernetes.io/hostname", operator: "In", values: [NODE_NAME] }];
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name },
    spec: {
      capacity: { storage: String(sizeBytes) },
      accessModes: ["ReadWriteOnce"],
      persistentVolumeReclaimPolicy: "Retain",
      storageClassName: STORAGE_CLASS,
      claimRef: claim,
      local: { path },
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: onNode }] } },
    },
  } as const;
}
