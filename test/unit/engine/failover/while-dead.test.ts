import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { type PrimaryProbe, whileDead } from "../../../../engine/failover/await-death.js";

const SILENT: PrimaryProbe = { answers: false, seen: "ETIMEDOUT" };
const BACK: PrimaryProbe = { answers: true, seen: "it answers" };
/** Longer than a look stays fresh. */
const LONG_MILLISECONDS = 1_100;

describe("whileDead", () => {
  it("needs one look for quick work, however long the host is silent", async () => {
    let looks = 0;
    const look = async () => {
      looks += 1;
      await sleep(100);
      return SILENT;
    };
    expect(await whileDead(look, async () => "prepared")).toEqual({ done: "prepared" });
    expect(looks).toBe(1);
  });

  it("takes no look for the last one that began long before the end of the work", async () => {
    let endWork = () => {};
    const worked = new Promise<void>((resolve) => {
      endWork = resolve;
    });
    const looks = [worked.then(() => SILENT), Promise.resolve(BACK)];
    const work = async () => {
      await sleep(LONG_MILLISECONDS);
      endWork();
      return "prepared";
    };
    expect(await whileDead(async () => (await looks.shift()) ?? SILENT, work)).toEqual({ cameBack: BACK });
  });

  it("ends the work when the primary answers meanwhile", async () => {
    const looks = [SILENT, BACK];
    const work = async (cameBack: AbortSignal) => {
      for (;;) {
        await sleep(10);
        cameBack.throwIfAborted();
      }
    };
    expect(await whileDead(async () => looks.shift() ?? SILENT, work)).toEqual({ cameBack: BACK });
  });

  it("passes on why the work failed", async () => {
    const failing = whileDead(
      async () => SILENT,
      async () => {
        throw new Error("full disk");
      },
    );
    await expect(failing).rejects.toThrow("full disk");
  });
});
