import { type Summary, summarize } from "../statistics.js";
import type { Verified } from "./contestants.js";
import type { Load } from "./load.js";

/** Some seconds of the application's writes, and the verifications that began one after the other in that time. */
export interface Turn {
  readonly load: Load;
  /** Of all verified tables, before the turn. */
  readonly mebibytes: number;
  readonly verifications: readonly Verified[];
}

/** What the application got. Slow-downs are by the turn of the same round in which nobody verified; 1 is none. */
export interface LoadFigures {
  readonly transactionsPerSecond: Summary;
  readonly p50Milliseconds: Summary;
  readonly p95Milliseconds: Summary;
}

export interface VerifierFigures {
  readonly seconds: Summary;
  readonly rowsPerSecond: Summary;
  readonly mebibytesPerSecond: Summary;
  readonly load: LoadFigures;
  readonly slowDown: { readonly throughput: Summary; readonly p50: Summary; readonly p95: Summary };
  /** What all transactions of one verification waited longer at their median, together. */
  readonly addedWaitSeconds: Summary;
  readonly differences: readonly string[];
}

export function loadFigures(loads: readonly Load[]): LoadFigures {
  return {
    transactionsPerSecond: summarize(loads.map(({ transactionsPerSecond }) => transactionsPerSecond)),
    p50Milliseconds: summarize(loads.map(({ p50Milliseconds }) => p50Milliseconds)),
    p95Milliseconds: summarize(loads.map(({ p95Milliseconds }) => p95Milliseconds)),
  };
}

/** `turns` and `baselines` are in the order of their rounds. */
export function verifierFigures(turns: readonly Turn[], baselines: readonly Load[]): VerifierFigures {
  const runs = turns.flatMap(({ verifications, mebibytes }) => verifications.map((run) => ({ ...run, mebibytes })));
  const pairs = turns.flatMap(({ load, verifications }, round) => {
    const baseline = baselines[round];
    return baseline === undefined ? [] : [{ load, baseline, verifications }];
  });
  return {
    seconds: summarize(runs.map(({ seconds }) => seconds)),
    rowsPerSecond: summarize(runs.map(({ rows, seconds }) => rows / seconds)),
    mebibytesPerSecond: summarize(runs.map(({ mebibytes, seconds }) => mebibytes / seconds)),
    load: loadFigures(turns.map(({ load }) => load)),
    slowDown: {
      throughput: summarize(
        pairs.map(({ load, baseline }) => baseline.transactionsPerSecond / load.transactionsPerSecond),
      ),
      p50: summarize(pairs.map(({ load, baseline }) => load.p50Milliseconds / baseline.p50Milliseconds)),
      p95: summarize(pairs.map(({ load, baseline }) => load.p95Milliseconds / baseline.p95Milliseconds)),
    },
    addedWaitSeconds: summarize(
      pairs.map(({ load, baseline, verifications }) => {
        const seconds = summarize(verifications.map((run) => run.seconds)).median;
        const added = load.p50Milliseconds - baseline.p50Milliseconds;
        return (added / 1000) * load.transactionsPerSecond * seconds;
      }),
    ),
    differences: runs.flatMap(({ differences }) => differences),
  };
}

/** Medians of ours divided by theirs. */
export function compareVerifiers(ours: VerifierFigures, theirs: VerifierFigures) {
  const ratio = (of: (figures: VerifierFigures) => Summary) => of(ours).median / of(theirs).median;
  return {
    seconds: ratio(({ seconds }) => seconds),
    rowsPerSecond: ratio(({ rowsPerSecond }) => rowsPerSecond),
    mebibytesPerSecond: ratio(({ mebibytesPerSecond }) => mebibytesPerSecond),
    transactionsPerSecond: ratio(({ load }) => load.transactionsPerSecond),
    p50Milliseconds: ratio(({ load }) => load.p50Milliseconds),
    p95Milliseconds: ratio(({ load }) => load.p95Milliseconds),
  };
}
