import type { Progress } from "../operation/index.js";
import { waitUntil } from "../operation/index.js";
import { ClusterRelease, type ReleasePlace } from "./cluster-release.js";
import { recordsBeforeInstall, recordsBeforeUpdate } from "./decide.js";

/** mysqld is given time to write what it holds in memory. */
const PODS_GONE_SECONDS = 600;

/**
 * To be called before a release is installed that the stack's state does not have: a killed installation of this stack
 * (`owner`) is taken over. A FerryError where the release is somebody else's.
 */
export async function takeOverInstall(place: ReleasePlace, owner: string, progress: Progress): Promise<void> {
  const release = new ClusterRelease(place);
  const secrets = recordsBeforeInstall(release.name, owner, await release.records());
  if (secrets.length === 0) return;
  progress(`${release.name}: a run was killed while it was installed: taking it over`);
  for (const secret of secrets) await release.removeRecord(secret);
}

/** To be called before a release is updated: one that a killed run has left locked is unlocked. */
export async function unlockUpdate(place: ReleasePlace, progress: Progress): Promise<void> {
  const release = new ClusterRelease(place);
  for (const secret of recordsBeforeUpdate(await release.records())) {
    progress(`${release.name}: a run was killed while it was updated: unlocking it`);
    await release.removeRecord(secret);
  }
}

/** Returns when no pod of the release is left; after that nobody uses its Secret, its role and its part of Vault. */
export async function awaitPodsGone(place: ReleasePlace, progress: Progress): Promise<void> {
  const release = new ClusterRelease(place);
  const wait = {
    awaited: "the end of all pods of the release",
    where: release.name,
    next: `look at them: kubectl get pods --namespace ${place.namespace} --selector app.kubernetes.io/instance=${place.release}`,
    timeoutSeconds: PODS_GONE_SECONDS,
    progress,
  };
  await waitUntil(wait, async () => {
    const pods = await release.pods();
    return pods.length === 0 ? { done: undefined } : { seen: `${pods.sort().join(", ")} still there` };
  });
}
