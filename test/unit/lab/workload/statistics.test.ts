import { expect, test } from "vitest";
import { LatencyHistogram } from "../../../../lab/workload/latency-histogram.js";
import { evenPace } from "../../../../lab/workload/pace.js";
import { WorkloadStatistics } from "../../../../lab/workload/statistics.js";

test("quantiles are at most 4 % too high", () => {
  const histogram = new LatencyHistogram();
  for (let milliseconds = 1; milliseconds <= 1000; milliseconds += 1) histogram.add(milliseconds);
  for (const [quantile, exact] of [
    [0.5, 500],
    [0.99, 990],
    [1, 1000],
  ] as const) {
    const found = histogram.quantileMilliseconds(quantile) ?? 0;
    expect(found).toBeGreaterThanOrEqual(exact);
    expect(found).toBeLessThanOrEqual(exact * 1.04);
  }
});

test("no values have no quantile, and zero is a value", () => {
  const histogram = new LatencyHistogram();
  expect(histogram.quantileMilliseconds(0.5)).toBeUndefined();
  histogram.add(0);
  expect(histogram.quantileMilliseconds(0.5)).toBe(0.01);
});

test("the longest gap counts between acknowledgements and up to now, not before the first", () => {
  let now = 1000;
  const statistics = new WorkloadStatistics(() => now);
  now = 1500;
  expect(statistics.summary("r", 2).longestGapSeconds).toBe(0.5);
  statistics.countAcknowledged(4);
  now = 1600;
  statistics.countAcknowledged(4);
  expect(statistics.summary("r", 2).longestGapSeconds).toBe(0.1);
  now = 4000;
  expect(statistics.summary("r", 2).longestGapSeconds).toBe(2.4);
  statistics.countAcknowledged(4);
  now = 4001;
  statistics.countError("ECONNRESET");
  statistics.countError("ECONNRESET");
  statistics.countUnknown();
  expect(statistics.summary("r", 2)).toMatchObject({
    acknowledged: 3,
    unknown: 1,
    refused: 0,
    errors: { ECONNRESET: 2 },
    longestGapSeconds: 2.4,
    seconds: 3,
  });
});

test("a pace is even and does not make up for time that nobody used", async () => {
  let now = 0;
  const turns: number[] = [];
  const wait = async (milliseconds: number) => {
    now += milliseconds;
  };
  const pace = evenPace(100, { now: () => now, wait });
  const turn = async () => {
    await pace();
    turns.push(now);
  };
  await turn();
  await turn();
  now = 1000;
  await turn();
  await turn();
  expect(turns).toEqual([0, 10, 1000, 1010]);
});
