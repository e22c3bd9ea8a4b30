/** Of several runs; the median is the figure to quote. */
export interface Summary {
  /** In the order of the runs. */
  readonly values: readonly number[];
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

export function summarize(values: readonly number[]): Summary {
  const ascending = [...values].sort((a, b) => a - b);
  const middle = ascending.length / 2;
  const [below, above] = [ascending[Math.ceil(middle) - 1], ascending[Math.floor(middle)]];
  const [min, max] = [ascending[0], ascending.at(-1)];
  if (min === undefined || max === undefined || below === undefined || above === undefined) {
    throw new Error("no values to summarize");
  }
  return { values, min, median: (below + above) / 2, max };
}

/** Values below which half, nearly all and all lie; of none, NaN. */
export function quantiles(values: readonly number[]): {
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
} {
  const ascending = [...values].sort((a, b) => a - b);
  const at = (share: number) => round(ascending[Math.ceil(share * ascending.length) - 1] ?? Number.NaN);
  return { p50: at(0.5), p95: at(0.95), max: at(1) };
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/** Time of each of `runs` calls, after one that does not count. */
export async function timeMilliseconds(runs: number, work: () => unknown): Promise<number[]> {
  await work();
  const times: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  return times;
}
