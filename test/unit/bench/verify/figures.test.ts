import { expect, test } from "vitest";
import type { Verified } from "../../../../bench/verify/contestants.js";
import {
  type ContestantRound,
  compareVerifiers,
  type LoadedTurn,
  loadFigures,
  verifierFigures,
} from "../../../../bench/verify/figures.js";

const verified = (seconds: number, ...differences: readonly string[]): Verified => ({
  seconds,
  rows: 1000,
  differences,
});
const turn = (writes: number, lags: readonly number[], verifications: readonly Verified[]): LoadedTurn => ({
  load: { transactionsPerSecond: writes, p50Milliseconds: 1000 / writes, p95Milliseconds: 2000 / writes },
  lagsMilliseconds: lags,
  verifications,
});

test("rates are of each verification, processor time is for a million rows", () => {
  const figures = verifierFigures([
    { quiet: { ...verified(2), cpuSeconds: 3 }, loaded: turn(80, [1, 2, 300], [verified(4), verified(5)]) },
    { quiet: { ...verified(4), cpuSeconds: 5 }, loaded: turn(50, [7], [verified(8)]) },
  ]);
  expect(figures.quiet.rowsPerSecond.values).toEqual([500, 250]);
  expect(figures.quiet.cpuSecondsPerMillionRows.values).toEqual([3000, 5000]);
  expect(figures.loaded.rowsPerSecond.values).toEqual([250, 200, 125]);
  expect(figures.loaded.transactionsPerSecond.median).toBe(65);
  expect(figures.loaded.lagP95Milliseconds.values).toEqual([300, 7]);
  expect(loadFigures([turn(100, [5], [])]).p95Milliseconds.values).toEqual([20]);
});

test("compares medians, and tells differences of every run", () => {
  const round = (seconds: number, difference: string): ContestantRound => ({
    quiet: { ...verified(seconds), cpuSeconds: seconds },
    loaded: turn(100 / seconds, [seconds], [verified(seconds, difference)]),
  });
  const [ours, theirs] = [verifierFigures([round(2, "shop.stock")]), verifierFigures([round(8, "shop.orders")])];
  expect(compareVerifiers(ours, theirs)).toEqual({
    quietRowsPerSecond: 4,
    quietCpu: 0.25,
    loadedRowsPerSecond: 4,
    writesPerSecond: 4,
    writeP95: 0.25,
    lagP95: 0.25,
  });
  expect(theirs.differences).toEqual(["shop.orders"]);
});
