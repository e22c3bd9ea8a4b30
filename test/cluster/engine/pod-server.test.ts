import { readFile } from "node:fs/promises";
import { silent } from "@gtid-ferry/engine/operation";
import { ensurePodServer, type PodServerRequest, readPodServer } from "@gtid-ferry/engine/pod-server";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ADMINISTRATOR } from "../../../lab/defaults.js";
import { BackupPlace } from "../helpers/backup-place.js";
import type { Release } from "../helpers/release.js";

let place: BackupPlace;
beforeAll(async () => {
  place = await BackupPlace.start("pod-server");
});
afterAll(() => place?.stop());

async function requestFor(statefulSet: string): Promise<PodServerRequest> {
  const { namespace } = place.place;
  const kubeconfig = await readFile(place.cluster.kubeconfig, "utf8");
  return {
    target: {
      host: `${statefulSet}-target.${namespace}.svc`,
      port: 3306,
      ...ADMINISTRATOR,
      via: { kind: "port-forward", kubeconfig, namespace, pod: `${statefulSet}-0` },
    },
    place: { kubeconfig, namespace, statefulSet },
    manifest: place.manifest,
    restoreTimeoutSeconds: 120,
    startTimeoutSeconds: 60,
    keepsRelease: false,
  };
}

it("says why a restore fails, and goes on in the next run once its cause is mended", async () => {
  const release = await place.release("late");
  const request = await requestFor("late");
  expect(await readPodServer(request, UNKNOWN, silent)).toBeUndefined();
  release.install("backups/shop/late/manifest.json");
  await expect(ensurePodServer(request, undefined, silent)).rejects.toThrow(
    /restoring the backup failed on pod \S+\/late-0\n {2}seen: {3}the restore ended with exit code 1: [\s\S]*there is no manifest at s3:/,
  );
  expect(await volumeFate(release)).toBe("Delete");
  await place.forged("late", {});
  const result = await ensurePodServer(request, undefined, silent);
  expect(result).toMatchObject({ running: true, serverUuid: expect.not.stringMatching(place.manifest.serverUuid) });
  expect(await readPodServer(request, result, silent)).toEqual(result);
  expect(await volumeFate(release)).toBe("Retain");
  release.uninstall();
  expect(await release.claims()).toEqual(["persistentvolumeclaim/data-late-0"]);
});

it("says what a pod waits for that cannot be scheduled, whose volume goes with it", async () => {
  const release = await place.release("lost");
  release.install(place.manifestKey, { nodeSelector: { disk: "none" } });
  const request = { ...(await requestFor("lost")), startTimeoutSeconds: 3 };
  await expect(ensurePodServer(request, undefined, silent)).rejects.toThrow(
    /waiting 3 s for the restore to begin failed on pod \S+\/lost-0\n {2}seen: {3}Pending; .*didn't match Pod's node affinity/,
  );
  await expect.poll(() => claimOwners(release), { timeout: 30_000 }).toBe("StatefulSet");
  release.uninstall();
  await expect.poll(() => release.claims(), { timeout: 30_000 }).toEqual([]);
});

function volumeFate(release: Release): Promise<string> {
  const path = "{.spec.persistentVolumeClaimRetentionPolicy.whenDeleted}";
  return release.kubectl(["get", "statefulset", release.name, `--output=jsonpath=${path}`]);
}

function claimOwners(release: Release): Promise<string> {
  const path = "{.metadata.ownerReferences[*].kind}";
  return release.kubectl(["get", "persistentvolumeclaim", `data-${release.name}-0`, `--output=jsonpath=${path}`]);
}

const UNKNOWN = { serverUuid: "", version: "", restoredGtidSet: "", restoreSeconds: 0, running: false };
