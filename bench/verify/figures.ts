import { quantiles, type Summary, summarize } from "../statistics.js";
import type { Verified } from "./contestants.js";
import type { Load } from "./load.js";

/** One verification while nobody writes. */
export interface QuietRun extends Verified {
  /** Processor time of both servers. */
  readonly cpuSeconds: number;
}

/** Some seconds of the application's writes, while one verification follows the other or nobody verifies. */
export interface LoadedTurn {
  readonly load: Load;
  readonly lagsMilliseconds: readonly number[];
  readonly verifications: readonly Verified[];
}

export interface ContestantRound {
  readonly quiet: QuietRun;
  readonly loaded: LoadedTurn;
}

export interface LoadFigures {
  readonly transactionsPerSecond: Summary;
  readonly p50Milliseconds: Summary;
  readonly p95Milliseconds: Summary;
  readonly lagP95Milliseconds: Summary;
}

export interface VerifierFigures {
  readonly quiet: {
    readonly seconds: Summary;
    readonly rowsPerSecond: Summary;
    /** Of both servers for a million rows. */
    readonly cpuSecondsPerMillionRows: Summary;
  };
  readonly loaded: LoadFigures & { readonly rowsPerSecond: Summary };
  readonly differences: readonly string[];
}

export function loadFigures(turns: readonly LoadedTurn[]): LoadFigures {
  return {
    transactionsPerSecond: summarize(turns.map(({ load }) => load.transactionsPerSecond)),
    p50Milliseconds: summarize(turns.map(({ load }) => load.p50Milliseconds)),
    p95Milliseconds: summarize(turns.map(({ load }) => load.p95Milliseconds)),
    lagP95Milliseconds: summarize(turns.map(({ lagsMilliseconds }) => quantiles(lagsMilliseconds).p95)),
  };
}

export function verifierFigures(rounds: readonly ContestantRound[]): VerifierFigures {
  const quiet = rounds.map((round) => round.quiet);
  const loaded = rounds.map((round) => round.loaded);
  const runs = loaded.flatMap(({ verifications }) => verifications);
  return {
    quiet: {
      seconds: summarize(quiet.map(({ seconds }) => seconds)),
      rowsPerSecond: summarize(quiet.map(({ rows, seconds }) => rows / seconds)),
      cpuSecondsPerMillionRows: summarize(quiet.map(({ cpuSeconds, rows }) => (cpuSeconds / rows) * 1e6)),
    },
    loaded: { ...loadFigures(loaded), rowsPerSecond: summarize(runs.map(({ rows, seconds }) => rows / seconds)) },
    differences: [...quiet, ...runs].flatMap(({ differences }) => differences),
  };
}

/** Medians of one divided by those of the other. */
export function compareVerifiers(one: VerifierFigures, other: VerifierFigures) {
  const ratio = (of: (figures: VerifierFigures) => Summary) => of(one).median / of(other).median;
  return {
    quietRowsPerSecond: ratio(({ quiet }) => quiet.rowsPerSecond),
    quietCpu: ratio(({ quiet }) => quiet.cpuSecondsPerMillionRows),
    loadedRowsPerSecond: ratio(({ loaded }) => loaded.rowsPerSecond),
    writesPerSecond: ratio(({ loaded }) => loaded.transactionsPerSecond),
    writeP95: ratio(({ loaded }) => loaded.p95Milliseconds),
    lagP95: ratio(({ loaded }) => loaded.lagP95Milliseconds),
  };
}
