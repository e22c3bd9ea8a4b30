import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { STEPS, type Step, switchover } from "@gtid-ferry/engine/cutover";
import { silent } from "@gtid-ferry/engine/operation";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeTestDirectory, removeTestDirectory } from "../../../../lab/testing.js";
import { type SwitchoverPair, startSwitchoverPair } from "../../helpers/switchover-pair.js";

const BUDGET_SECONDS = 3;
const DRIVER = join(__dirname, "../../helpers/switchover-driver.ts");

describe("a driver killed by SIGKILL", () => {
  let pair: SwitchoverPair;
  let directory: string;
  beforeAll(async () => {
    pair = await startSwitchoverPair("killed-driver");
    directory = await makeTestDirectory("killed-driver");
  });
  afterAll(async () => {
    await pair?.stop();
    await removeTestDirectory(directory);
  });

  const writable = async (side: "source" | "target") => {
    const [row] = await pair[side].rootQuery("SELECT @@read_only + @@super_read_only AS fences");
    return row?.fences === 0;
  };

  const killAt = async (step: Step) => {
    const file = join(directory, `${step}.json`);
    await writeFile(file, JSON.stringify(pair.request("target", { budgetSeconds: BUDGET_SECONDS })), { mode: 0o600 });
    const driver = spawn(process.execPath, ["--import", "tsx", DRIVER, file, step], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const lines: string[] = [];
    for await (const line of createInterface({ input: driver.stdout })) {
      lines.push(line);
      if (line === `reached ${step}`) break;
    }
    expect(lines.at(-1)).toBe(`reached ${step}`);
    const ended = once(driver, "exit");
    driver.kill("SIGKILL");
    await ended;
  };

  // From "commit" on the fence stays, because the target may be the primary already.
  const undoneByItself = STEPS.slice(0, STEPS.indexOf("commit"));

  it.each(undoneByItself)(
    "at %s leaves a source that accepts writes by itself, and a next run that succeeds",
    async (step) => {
      await killAt(step);
      await expect.poll(() => writable("source"), { timeout: 2_000 * BUDGET_SECONDS }).toBe(true);
      expect(await writable("target")).toBe(false);
      await switchover(pair.request("target"), [], silent);
      expect([await writable("source"), await writable("target")]).toEqual([false, true]);
      await switchover(pair.request("source"), [], silent);
      expect([await writable("source"), await writable("target")]).toEqual([true, false]);
    },
  );

  it("before the journal entry leaves both fenced, and the next run goes on", async () => {
    await killAt("commit");
    expect([await writable("source"), await writable("target")]).toEqual([false, false]);
    await switchover(pair.request("source"), [], silent);
    expect([await writable("source"), await writable("target")]).toEqual([true, false]);
  });

  it.each(["lead", "follow"] as const)(
    "at %s, after the journal entry, is completed and never undone",
    async (step) => {
      await killAt(step);
      expect([await writable("source"), await writable("target")]).toEqual([false, true]);
      expect(await switchover(pair.request("target"), [], silent)).toMatchObject({ primary: "target" });
      await switchover(pair.request("source"), [], silent);
    },
  );
});
