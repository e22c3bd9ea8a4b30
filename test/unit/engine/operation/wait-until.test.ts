import { describe, expect, it } from "vitest";
import { waitUntil } from "../../../../engine/operation/index.js";

const options = { awaited: "the answer", where: "host h", next: "ask again", timeoutSeconds: 0, intervalSeconds: 0 };

describe("waitUntil", () => {
  it("gives what a later look found", async () => {
    let looks = 0;
    const found = await waitUntil({ ...options, timeoutSeconds: 5 }, async () =>
      ++looks < 3 ? { seen: "nothing" } : { done: looks },
    );
    expect(found).toBe(3);
  });

  it("says what was awaited and what was seen last", async () => {
    await expect(waitUntil(options, async () => ({ seen: "a question" }))).rejects.toThrow(
      "waiting 0 s failed on host h\n  seen:   a question\n  wanted: the answer\n  next:   ask again",
    );
  });
});
