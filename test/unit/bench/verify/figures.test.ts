import { expect, test } from "vitest";
import type { Verified } from "../../../../bench/verify/contestants.js";
import { compareVerifiers, verifierFigures } from "../../../../bench/verify/figures.js";

const load = (transactionsPerSecond: number, p50Milliseconds: number, p95Milliseconds: number) => ({
  transactionsPerSecond,
  p50Milliseconds,
  p95Milliseconds,
});
const runs = (...seconds: readonly number[]): Verified[] =>
  seconds.map((time) => ({ seconds: time, rows: 1000, differences: [] }));

test("rates are of each verification, slow-downs by the baseline of the same round", () => {
  const figures = verifierFigures(
    [
      { load: load(80, 20, 60), mebibytes: 10, verifications: runs(2, 4) },
      { load: load(50, 30, 60), mebibytes: 20, verifications: runs(5) },
    ],
    [load(100, 10, 30), load(100, 20, 60)],
  );
  expect(figures.rowsPerSecond.values).toEqual([500, 250, 200]);
  expect(figures.mebibytesPerSecond.values).toEqual([5, 2.5, 4]);
  expect(figures.slowDown.throughput.values).toEqual([1.25, 2]);
  expect(figures.slowDown.p50.values).toEqual([2, 1.5]);
  expect(figures.slowDown.p95.values).toEqual([2, 1]);
  // 10 ms more for 80 transactions a second, for 3 s; 10 ms more for 50 a second, for 5 s.
  expect(figures.addedWaitSeconds.values).toEqual([expect.closeTo(2.4), expect.closeTo(2.5)]);
});

test("compares medians, and tells differences", () => {
  const turn = (seconds: number, differences: readonly string[] = []) => ({
    load: load(100, seconds, seconds),
    mebibytes: 8,
    verifications: [{ seconds, rows: 100, differences }],
  });
  const baselines = [load(100, 1, 1)];
  const ours = verifierFigures([turn(2)], baselines);
  const theirs = verifierFigures([turn(8, ["shop.orders"])], baselines);
  expect(compareVerifiers(ours, theirs)).toEqual({
    seconds: 0.25,
    rowsPerSecond: 4,
    mebibytesPerSecond: 4,
    transactionsPerSecond: 1,
    p50Milliseconds: 0.25,
    p95Milliseconds: 0.25,
  });
  expect(theirs.differences).toEqual(["shop.orders"]);
});
