import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { silent, waitUntil } from "../../../engine/operation/index.js";
import { BackupPlace } from "../helpers/backup-place.js";
import { killInNode } from "../helpers/kill-in-node.js";
import type { Release } from "../helpers/release.js";

const MEBIBYTE = 1024 * 1024;

let place: BackupPlace;

beforeAll(async () => {
  place = await BackupPlace.start("chart-failures");
});

afterAll(async () => {
  await place.stop();
});

/** What the log and `kubectl describe` say; no mysqld has run. */
async function failureOf(release: Release): Promise<string> {
  const message = await release.untilRestoreFails();
  expect(message).not.toContain(place.lab.s3.secretAccessKey);
  const description = await release.describe();
  expect(description).toMatch(/State: +Waiting\n +Reason: +PodInitializing/);
  expect(description).toMatch(/Message: +.* stage check\n/);
  const reason = message.split("\n").find((line) => line.includes("failed in stage")) ?? "no reason";
  expect(description).toContain(reason);
  await release.untilRestoreLogs(reason.replace(/^\S+ /, ""));
  return message;
}

describe("a restore that cannot succeed says why in describe and logs", () => {
  it("when the manifest is missing, and goes on once it is there", async () => {
    const release = await place.release("missing");
    release.install("backups/shop/late/manifest.json");
    expect(await failureOf(release)).toContain(
      "failed in stage check: there is no manifest at s3://gtid-ferry-lab/backups/shop/late/manifest.json",
    );
    await place.forged("late", {});
    await release.untilReady();
    expect(await release.query("SELECT COUNT(*) FROM shop.blobs")).toEqual([["2048"]]);
    release.uninstall();
  });

  it("when the object is not the one of the manifest", async () => {
    const release = await place.release("hash");
    release.install(await place.forged("hash", { sha256: "0".repeat(64) }));
    expect(await failureOf(release)).toContain(
      `failed in stage download: the object's sha256 is ${place.manifest.sha256}, and its manifest says ${"0".repeat(64)}`,
    );
    release.uninstall();
  });

  it("when the volume is too small, before anything is downloaded", async () => {
    const release = await place.release("small", { sizeBytes: 32 * MEBIBYTE });
    release.install(place.manifestKey);
    expect(await failureOf(release)).toMatch(
      /failed in stage check: \d+ MiB free in \/volume, and the restore needs \d+ MiB/,
    );
    release.uninstall();
  });

  it("when the volume fills up on the way", async () => {
    const release = await place.release("full", { sizeBytes: 48 * MEBIBYTE });
    release.install(await place.forged("full", { restoreSpaceBytes: 1 }));
    const message = await failureOf(release);
    expect(message).toContain("failed in stage download: the volume /volume is full:");
    expect(message).toContain("No space left on device");
    release.uninstall();
  });

  it("when S3 lets nobody in", async () => {
    const release = await place.release("denied");
    release.install(place.manifestKey, { credentials: { source: "none" } });
    expect(await failureOf(release)).toContain("Unable to locate credentials");
    release.uninstall();
  });
});

describe("an init container that is killed in mid-restore", () => {
  it("is started again and restores everything", async () => {
    const release = await place.release("killed");
    const key = await place.forged("killed", {});
    place.s3Relay.holdAfter(3 * MEBIBYTE);
    release.install(key);
    await untilHolding();
    killInNode(await release.podUid(), "bash");
    place.s3Relay.release();
    await release.untilReady();
    expect(await release.restarts()).toBe(1);
    expect(await release.restoreLog()).toMatch(/stage publish\n.* completed/);
    expect(await release.query("SELECT COUNT(*) FROM shop.blobs")).toEqual([["2048"]]);
    release.uninstall();
  });

  it("and so is one whose pod was deleted", async () => {
    const release = await place.release("deleted");
    const key = await place.forged("deleted", {});
    place.s3Relay.holdAfter(3 * MEBIBYTE);
    release.install(key);
    await untilHolding();
    await release.deletePod();
    place.s3Relay.release();
    await release.untilReady();
    expect(await release.query("SELECT COUNT(*) FROM shop.blobs")).toEqual([["2048"]]);
    release.uninstall();
  });
});

async function untilHolding(): Promise<void> {
  const wait = {
    awaited: "a download under way",
    where: "S3",
    next: "look at the pod",
    timeoutSeconds: 90,
    progress: silent,
  };
  await waitUntil(wait, async () => (place.s3Relay.isHolding ? { done: undefined } : { seen: "none" }));
}
