import { describe, expect, it } from "vitest";
import { stageSeconds } from "../../../bench/seeding.js";
import { summarize } from "../../../bench/statistics.js";

describe("summarize", () => {
  it.each([
    [[3, 1, 2], { min: 1, median: 2, max: 3 }],
    [[4, 1, 2, 3], { min: 1, median: 2.5, max: 4 }],
    [[7], { min: 7, median: 7, max: 7 }],
  ])("of %j", (values, summary) => {
    expect(summarize(values)).toEqual({ values, ...summary });
  });

  it("of nothing is an error", () => {
    expect(() => summarize([])).toThrow("no values");
  });
});

describe("stageSeconds", () => {
  const log = [
    "2026-01-01T00:00:00.000Z stage check",
    "2026-01-01T00:00:01.500Z stage stream",
    "2026-01-01T00:00:01.600Z streaming 98 MiB in parts of 8 MiB",
    "2026-01-01T00:00:04.000Z stage publish",
    "2026-01-01T00:00:05.000Z completed",
  ].join("\n");

  it("is the time until the next stage or the end", () => {
    expect(stageSeconds(log, "stream")).toBe(2.5);
    expect(stageSeconds(log, "publish")).toBe(1);
  });

  it("is an error for a stage that is not there", () => {
    expect(() => stageSeconds(log, "download")).toThrow("no whole stage download");
  });
});
