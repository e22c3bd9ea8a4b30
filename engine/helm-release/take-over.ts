import type { Progress } from "../operation/index.js";
import { waitUntil } from "../operation/index.js";
import { ClusterRelease, type ReleasePlace } from "./cluster-release.js";
import { leftBehind, newest } from "./decide.js";
import { RECORDED_LABEL, TAKEN_OVER } from "./record.js";

/** mysqld is given time to write what it holds in memory. */
const PODS_GONE_SECONDS = 600;

/** Whether a killed run has left the release of this stack (`owner`) such that Helm lets nobody go on. */
export async function isLeftBehind(place: ReleasePlace, owner: string): Promise<boolean> {
  return leftBehind(owner, await new ClusterRelease(place).records()) !== undefined;
}

/** Lets Helm go on with a release that a killed run has left behind. */
export async function takeOver(place: ReleasePlace, owner: string, progress: Progress): Promise<void> {
  const release = new ClusterRelease(place);
  const left = leftBehind(owner, await release.records());
  if (left === undefined) return;
  progress(
    `${release.name}: a run was killed while Helm worked on it (revision ${left.revision}, ${left.status}): taking it over`,
  );
  await release.change(left, "failed", TAKEN_OVER);
}

/** Writes on the newest record that the stack's state has the release: nobody takes that over any more. */
export async function markRecorded(place: ReleasePlace): Promise<void> {
  const release = new ClusterRelease(place);
  const last = newest(await release.records());
  if (last === undefined || last.isRecorded) return;
  // Taken over while the state had it after all: there was nothing to install.
  const wasTaken = last.status === "failed" && last.description === TAKEN_OVER;
  await release.change(last, wasTaken ? "deployed" : last.status, last.description, { [RECORDED_LABEL]: "true" });
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
