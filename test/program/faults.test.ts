import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { LocalHost, parseJobStatus } from "@gtid-ferry/engine/hosts";
import { silent } from "@gtid-ferry/engine/operation";
import { reportChannel } from "@gtid-ferry/engine/replication";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readProcess } from "../../lab/process/index.js";
import { fillSample } from "../../lab/sample-database/index.js";
import { startTestStack, type TestStack } from "../../lab/test-stack.js";
import { checkLoss, Workload } from "../../lab/workload/index.js";
import { s3Keys } from "../helpers/s3-keys.js";

let stack: TestStack;
let workload: Workload;
const host = new LocalHost();

beforeAll(async () => {
  stack = await startTestStack("faults");
  await fillSample(stack.source.socket, { mebibytes: 64 }, silent);
  workload = new Workload({
    connection: { ...stack.source.options, ...stack.source.app },
    connections: 4,
    ratePerSecond: 100,
    directory: join(stack.directory, "workload"),
  });
  await workload.start();
});
afterAll(async () => {
  await workload.stop();
  await stack.stop();
});

const target = () => ({ ...stack.source.options, port: stack.targetPort });

async function backupStage(): Promise<string | undefined> {
  const text = await host.readFile(join(stack.directory, "backup", "shop", "backup-1", "status.json"));
  return text === undefined ? undefined : parseJobStatus(text).stage;
}

async function caughtUp(): Promise<void> {
  await expect
    .poll(async () => (await reportChannel(stack.source.options, target(), "gtid_ferry")).missing, { timeout: 60_000 })
    .toBe("");
}

// The write load runs from the first test to the last; each test starts where the one before ended.
describe("a migration under write load, on servers that fail", () => {
  it("ends a backup whose source restarts in between with an error or a whole backup, never with half of one", async () => {
    const running = stack.pulumi("up", "--yes");
    await expect.poll(backupStage, { timeout: 60_000, interval: 50 }).toMatch(/clone|stream/);
    await stack.source.kill();
    await sleep(200);
    await stack.source.restart();
    const { exitCode, output } = await running;
    const keys = await s3Keys(stack.s3);
    if (exitCode === 0) expect(keys).toHaveLength(2);
    else {
      expect(output).toMatch(/next:/);
      expect(keys).toEqual([]);
    }
  });

  it("goes on with the next up", async () => {
    await stack.up();
    expect(await reportChannel(stack.source.options, target(), "gtid_ferry")).toMatchObject({
      connected: true,
      applying: true,
      errant: "",
    });
  });

  it("brings back a target that was killed while replicating, with nothing lost", async () => {
    const killed = readProcess(join(stack.targetDirectory, "run"));
    if (killed === undefined) throw new Error("the target left no note of its process");
    process.kill(killed.pid, "SIGKILL");
    await sleep(2000);
    const refreshed = await stack.pulumi("refresh", "--yes");
    expect(refreshed.exitCode).toBe(0);
    expect(await stack.up()).toContain("2 updated");
    await caughtUp();
  });

  it("keeps replicating when the source restarts", async () => {
    await stack.source.kill();
    await stack.source.restart();
    await expect
      .poll(() => reportChannel(stack.source.options, target(), "gtid_ferry"), { timeout: 60_000 })
      .toMatchObject({ connected: true, applying: true });
    expect((await stack.pulumi("up", "--yes")).output).not.toMatch(/\d+ (created|updated|replaced|deleted)/);
  });

  it("has every acknowledged write exactly once on both servers", async () => {
    const summary = await workload.stop();
    expect(summary.acknowledged).toBeGreaterThan(100);
    await caughtUp();
    for (const server of [stack.source.options, target()]) {
      expect(await checkLoss(workload.acknowledgedLog, server)).toMatchObject({ lost: 0, duplicated: 0, phantom: 0 });
    }
    expect(await reportChannel(stack.source.options, target(), "gtid_ferry")).toMatchObject({
      missing: "",
      errant: "",
    });
  });
});
