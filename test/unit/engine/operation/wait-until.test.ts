import { describe, expect, it, vi } from "vitest";
import { silent, waitUntil } from "../../../../engine/operation/index.js";

const options = {
  awaited: "the answer",
  where: "host h",
  next: "ask again",
  timeoutSeconds: 0,
  intervalSeconds: 0,
  progress: silent,
};

describe("waitUntil", () => {
  it("gives what a later look found", async () => {
    let looks = 0;
    const found = await waitUntil({ ...options, timeoutSeconds: 5 }, async () =>
      ++looks < 3 ? { seen: "nothing" } : { done: looks },
    );
    expect(found).toBe(3);
  });

  it("says every few seconds what it sees, in one line", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    try {
      const lines: string[] = [];
      let looks = 0;
      const found = await waitUntil(
        { ...options, timeoutSeconds: 60, progress: (line) => lines.push(line) },
        async () => {
          vi.setSystemTime(Date.now() + 1000);
          return ++looks > 12 ? { done: looks } : { seen: `look ${looks}\n  and more` };
        },
      );
      expect(found).toBe(13);
      expect(lines).toEqual([
        "host h: waiting, 5 s of 60 s; wanted: the answer; seen: look 5; and more",
        "host h: waiting, 10 s of 60 s; wanted: the answer; seen: look 10; and more",
      ]);
    } finally {
      vi.useRealTimers();
    }
  });

  it("ends at once with what the look throws", async () => {
    const refused = async (): Promise<never> => {
      throw new Error("access denied");
    };
    await expect(waitUntil({ ...options, timeoutSeconds: 600 }, refused)).rejects.toThrow("access denied");
  });

  it("says what was awaited and what was seen last", async () => {
    await expect(waitUntil(options, async () => ({ seen: "a question" }))).rejects.toThrow(
      "waiting 0 s failed on host h\n  seen:   a question\n  wanted: the answer\n  next:   ask again",
    );
  });
});
