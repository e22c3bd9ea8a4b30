import { messageOf } from "../operation/index.js";
import type { BackupKeys } from "./keys.js";
import { type Manifest, parseManifest } from "./manifest.js";
import { BackupStorage, type ObjectStorage } from "./storage.js";

/** What there is of a backup. `intact` says that the manifest is sound and the object has the size that it names. */
export type BackupState = "intact" | "missing" | { readonly damaged: string };

/** A backup's state, with its manifest when there is a sound one. */
export interface ObservedBackup {
  readonly state: BackupState;
  readonly manifest?: Manifest;
}

/** Looks at manifest and object; writes nothing. Objects without a manifest count as missing: no backup was completed. */
export async function observeBackup(storage: ObjectStorage, keys: BackupKeys): Promise<BackupState> {
  return (await lookAtBackup(storage, keys)).state;
}

export async function lookAtBackup(storage: ObjectStorage, keys: BackupKeys): Promise<ObservedBackup> {
  return BackupStorage.with(storage, async (store) => {
    const text = await store.text(keys.manifest);
    if (text === undefined) return { state: "missing" };
    const manifest = readManifest(text);
    if (typeof manifest === "string") return { state: { damaged: manifest } };
    if (manifest.objectKey !== keys.object) {
      return {
        state: { damaged: `the manifest names the object ${manifest.objectKey}, not ${keys.object}` },
        manifest,
      };
    }
    const bytes = await store.sizeBytes(keys.object);
    if (bytes === undefined) return { state: { damaged: `the object ${keys.object} is not there` }, manifest };
    if (bytes !== manifest.bytes) {
      const damaged = `the object ${keys.object} has ${bytes} bytes, and its manifest says ${manifest.bytes}`;
      return { state: { damaged }, manifest };
    }
    return { state: "intact", manifest };
  });
}

function readManifest(text: string): Manifest | string {
  try {
    return parseManifest(text);
  } catch (error) {
    return messageOf(error);
  }
}
