import { type Summary, summarize } from "../statistics.js";
import type { Verified } from "./contestants.js";
import type { Load } from "./load.js";

/** Some seconds of the application's writes, and the verifications in that time. */
export interface Turn {
  readonly load: Load;
  /** Of all verified tables, before the turn. */
  readonly mebibytes: number;
  readonly verifications: readonly Verified[];
}

/** What one contestant did in a round. */
export interface ContestantRound {
  /** One verification after the other: how it is while it verifies. */
  readonly ceaseless: Turn;
  /** One verification, and then none until the turn's time is over: what verifying the data once costs. */
  readonly once: Turn;
}

export interface LoadFigures {
  readonly transactionsPerSecond: Summary;
  readonly p50Milliseconds: Summary;
  readonly p95Milliseconds: Summary;
}

/** By the turns around that round in which nobody verified; 1 is none. */
export interface SlowDown {
  readonly throughput: Summary;
  readonly p50: Summary;
  readonly p95: Summary;
}

export interface VerifierFigures {
  readonly seconds: Summary;
  readonly rowsPerSecond: Summary;
  readonly mebibytesPerSecond: Summary;
  readonly whileVerifying: LoadFigures & { readonly slowDown: SlowDown };
  readonly oneVerification: LoadFigures & { readonly slowDown: SlowDown };
  readonly differences: readonly string[];
}

export function loadFigures(loads: readonly Load[]): LoadFigures {
  return {
    transactionsPerSecond: summarize(loads.map(({ transactionsPerSecond }) => transactionsPerSecond)),
    p50Milliseconds: summarize(loads.map(({ p50Milliseconds }) => p50Milliseconds)),
    p95Milliseconds: summarize(loads.map(({ p95Milliseconds }) => p95Milliseconds)),
  };
}

/** `baselines` are one more than the rounds: one before each, and one after the last. */
export function verifierFigures(rounds: readonly ContestantRound[], baselines: readonly Load[]): VerifierFigures {
  const turns = rounds.flatMap(({ ceaseless, once }) => [ceaseless, once]);
  const runs = turns.flatMap(({ verifications, mebibytes }) => verifications.map((run) => ({ ...run, mebibytes })));
  const withSlowDown = (loads: readonly Load[]) => ({ ...loadFigures(loads), slowDown: slowDown(loads, baselines) });
  return {
    seconds: summarize(runs.map(({ seconds }) => seconds)),
    rowsPerSecond: summarize(runs.map(({ rows, seconds }) => rows / seconds)),
    mebibytesPerSecond: summarize(runs.map(({ mebibytes, seconds }) => mebibytes / seconds)),
    whileVerifying: withSlowDown(rounds.map(({ ceaseless }) => ceaseless.load)),
    oneVerification: withSlowDown(rounds.map(({ once }) => once.load)),
    differences: runs.flatMap(({ differences }) => differences),
  };
}

/** Medians of ours divided by theirs. */
export function compareVerifiers(ours: VerifierFigures, theirs: VerifierFigures) {
  const ratio = (of: (figures: VerifierFigures) => Summary) => of(ours).median / of(theirs).median;
  const loadRatios = (of: (figures: VerifierFigures) => LoadFigures) => ({
    transactionsPerSecond: ratio((figures) => of(figures).transactionsPerSecond),
    p50Milliseconds: ratio((figures) => of(figures).p50Milliseconds),
    p95Milliseconds: ratio((figures) => of(figures).p95Milliseconds),
  });
  return {
    seconds: ratio(({ seconds }) => seconds),
    rowsPerSecond: ratio(({ rowsPerSecond }) => rowsPerSecond),
    mebibytesPerSecond: ratio(({ mebibytesPerSecond }) => mebibytesPerSecond),
    whileVerifying: loadRatios(({ whileVerifying }) => whileVerifying),
    oneVerification: loadRatios(({ oneVerification }) => oneVerification),
  };
}

function slowDown(loads: readonly Load[], baselines: readonly Load[]): SlowDown {
  const pairs = loads.map((load, round) => {
    const around = baselines.slice(round, round + 2);
    const mean = (of: (baseline: Load) => number) => around.reduce((sum, one) => sum + of(one), 0) / around.length;
    return { load, mean };
  });
  return {
    throughput: summarize(
      pairs.map(({ load, mean }) => mean((one) => one.transactionsPerSecond) / load.transactionsPerSecond),
    ),
    p50: summarize(pairs.map(({ load, mean }) => load.p50Milliseconds / mean((one) => one.p50Milliseconds))),
    p95: summarize(pairs.map(({ load, mean }) => load.p95Milliseconds / mean((one) => one.p95Milliseconds))),
  };
}
