import { readFile } from "node:fs/promises";
import { silent } from "@gtid-ferry/engine/operation";
import { ensurePodServer, type PodServerRequest, readPodServer } from "@gtid-ferry/engine/pod-server";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ADMINISTRATOR } from "../../../lab/defaults.js";
import { BackupPlace } from "../helpers/backup-place.js";

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
  await place.forged("late", {});
  const result = await ensurePodServer(request, undefined, silent);
  expect(result).toMatchObject({ running: true, serverUuid: expect.not.stringMatching(place.manifest.serverUuid) });
  expect(await readPodServer(request, result, silent)).toEqual(result);
  release.uninstall();
});

it("says what a pod waits for that cannot be scheduled", async () => {
  const release = await place.release("lost");
  release.install(place.manifestKey, { nodeSelector: { disk: "none" } });
  const request = { ...(await requestFor("lost")), startTimeoutSeconds: 3 };
  await expect(ensurePodServer(request, undefined, silent)).rejects.toThrow(
    /waiting 3 s for the restore to begin failed on pod \S+\/lost-0\n {2}seen: {3}Pending; .*didn't match Pod's node affinity/,
  );
  release.uninstall();
});

const UNKNOWN = { serverUuid: "", version: "", restoredGtidSet: "", restoreSeconds: 0, running: false };
