import { expect, test } from "vitest";
import type { Verified } from "../../../../bench/verify/contestants.js";
import { type ContestantRound, compareVerifiers, verifierFigures } from "../../../../bench/verify/figures.js";

const load = (transactionsPerSecond: number, p50Milliseconds: number, p95Milliseconds: number) => ({
  transactionsPerSecond,
  p50Milliseconds,
  p95Milliseconds,
});
const runs = (...seconds: readonly number[]): Verified[] =>
  seconds.map((time) => ({ seconds: time, rows: 1000, differences: [] }));

test("rates are of each verification, slow-downs by the baselines around the round", () => {
  const figures = verifierFigures(
    [
      {
        ceaseless: { load: load(80, 20, 60), mebibytes: 10, verifications: runs(2, 4) },
        once: { load: load(100, 10, 30), mebibytes: 10, verifications: runs(5) },
      },
      {
        ceaseless: { load: load(50, 30, 60), mebibytes: 20, verifications: runs(8) },
        once: { load: load(75, 15, 45), mebibytes: 20, verifications: runs(10) },
      },
    ],
    [load(100, 10, 30), load(100, 10, 30), load(50, 20, 90)],
  );
  expect(figures.rowsPerSecond.values).toEqual([500, 250, 200, 125, 100]);
  expect(figures.mebibytesPerSecond.values).toEqual([5, 2.5, 2, 2.5, 2]);
  expect(figures.whileVerifying.p50Milliseconds.values).toEqual([20, 30]);
  expect(figures.whileVerifying.slowDown.throughput.values).toEqual([1.25, 1.5]);
  expect(figures.whileVerifying.slowDown.p50.values).toEqual([2, 2]);
  expect(figures.oneVerification.slowDown.throughput.values).toEqual([1, 1]);
  expect(figures.oneVerification.slowDown.p95.values).toEqual([1, 0.75]);
});

test("compares medians, and tells differences of every turn", () => {
  const round = (seconds: number, difference: string): ContestantRound => {
    const verified = (differences: readonly string[]) => ({ seconds, rows: 100, differences });
    return {
      ceaseless: { load: load(100, seconds, seconds), mebibytes: 8, verifications: [verified([])] },
      once: { load: load(50, seconds, seconds), mebibytes: 8, verifications: [verified([difference])] },
    };
  };
  const baselines = [load(100, 1, 1), load(100, 1, 1)];
  const ours = verifierFigures([round(2, "shop.stock")], baselines);
  const theirs = verifierFigures([round(8, "shop.orders")], baselines);
  const loads = { transactionsPerSecond: 1, p50Milliseconds: 0.25, p95Milliseconds: 0.25 };
  expect(compareVerifiers(ours, theirs)).toEqual({
    seconds: 0.25,
    rowsPerSecond: 4,
    mebibytesPerSecond: 4,
    whileVerifying: loads,
    oneVerification: loads,
  });
  expect(theirs.differences).toEqual(["shop.orders"]);
});
