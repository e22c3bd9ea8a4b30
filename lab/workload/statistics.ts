import { z } from "zod";
import { LatencyHistogram } from "./latency-histogram.js";

export const summarySchema = z.object({
  run: z.string(),
  connections: z.number(),
  seconds: z.number(),
  /** Transactions whose COMMIT the server acknowledged. */
  acknowledged: z.number(),
  /** COMMITs that the server refused: the transaction does not exist. */
  refused: z.number(),
  /** COMMITs without an answer: the transaction may exist or not. */
  unknown: z.number(),
  /** Number of each error by its code, e.g. `{ ER_OPTION_PREVENTS_STATEMENT: 3 }`. */
  errors: z.record(z.string(), z.number()),
  reconnects: z.number(),
  /** From BEGIN to the acknowledged COMMIT; null while there is none. */
  p50Milliseconds: z.number().nullable(),
  p95Milliseconds: z.number().nullable().default(null),
  p99Milliseconds: z.number().nullable(),
  /** Longest time, since the first, in which no connection got a COMMIT acknowledged. */
  longestGapSeconds: z.number(),
});

export type WorkloadSummary = Readonly<z.infer<typeof summarySchema>>;

/** Counts what the workers of one run see; its memory does not grow. */
export class WorkloadStatistics {
  private readonly latencies = new LatencyHistogram();
  private readonly errors = new Map<string, number>();
  private readonly startMilliseconds: number;
  private lastAcknowledged: number | undefined;
  private longestGap = 0;
  private acknowledged = 0;
  private refused = 0;
  private unknown = 0;
  private reconnects = 0;

  /** `now` gives milliseconds of a clock that never jumps. */
  constructor(private readonly now: () => number = () => performance.now()) {
    this.startMilliseconds = now();
  }

  countAcknowledged(latencyMilliseconds: number): void {
    this.acknowledged += 1;
    this.latencies.add(latencyMilliseconds);
    // Connecting at first is no gap.
    if (this.lastAcknowledged !== undefined) this.longestGap = this.gapUntilNow();
    this.lastAcknowledged = this.now();
  }

  countRefused(): void {
    this.refused += 1;
  }

  countUnknown(): void {
    this.unknown += 1;
  }

  countReconnect(): void {
    this.reconnects += 1;
  }

  countError(code: string): void {
    this.errors.set(code, (this.errors.get(code) ?? 0) + 1);
  }

  summary(run: string, connections: number): WorkloadSummary {
    return {
      run,
      connections,
      seconds: round((this.now() - this.startMilliseconds) / 1000, 1),
      acknowledged: this.acknowledged,
      refused: this.refused,
      unknown: this.unknown,
      errors: Object.fromEntries(this.errors),
      reconnects: this.reconnects,
      p50Milliseconds: roundOrNull(this.latencies.quantileMilliseconds(0.5)),
      p95Milliseconds: roundOrNull(this.latencies.quantileMilliseconds(0.95)),
      p99Milliseconds: roundOrNull(this.latencies.quantileMilliseconds(0.99)),
      longestGapSeconds: round(this.gapUntilNow() / 1000, 3),
    };
  }

  private gapUntilNow(): number {
    return Math.max(this.longestGap, this.now() - (this.lastAcknowledged ?? this.startMilliseconds));
  }
}

function roundOrNull(value: number | undefined): number | null {
  return value === undefined ? null : round(value, 2);
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
