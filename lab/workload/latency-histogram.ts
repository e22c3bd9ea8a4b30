/** Steps of 4 %, from 10 microseconds up. */
const GROWTH = 1.04;
const SMALLEST_MILLISECONDS = 0.01;

/** Counts latencies in buckets that grow by 4 %, so its memory does not grow with the number of values. */
export class LatencyHistogram {
  private readonly counts: number[] = [];
  private total = 0;

  add(milliseconds: number): void {
    const bucket = Math.max(0, Math.ceil(Math.log(milliseconds / SMALLEST_MILLISECONDS) / Math.log(GROWTH)));
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
    this.total += 1;
  }

  /** Upper bound of the bucket that holds the quantile, at most 4 % too high; undefined without values. */
  quantileMilliseconds(quantile: number): number | undefined {
    let below = 0;
    for (let bucket = 0; bucket < this.counts.length; bucket += 1) {
      below += this.counts[bucket] ?? 0;
      if (below > 0 && below >= quantile * this.total) return SMALLEST_MILLISECONDS * GROWTH ** bucket;
    }
    return undefined;
  }
}
