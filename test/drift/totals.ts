import type { CaseResult } from "./run/run-case.js";

export interface Failure {
  readonly case: number;
  readonly command: string;
  readonly missed: readonly string[];
  readonly false: readonly string[];
  readonly error?: string;
}

/** Figures of a run. */
export interface Totals {
  readonly seed: string;
  readonly cases: number;
  readonly missed: number;
  readonly false: number;
  readonly undecided: number;
  readonly errors: number;
  readonly seconds: number;
  /** Cases without a change, and cases with a load. */
  readonly unchanged: number;
  readonly loaded: number;
  /** By the kind of change: how often it made a difference, and how often none. */
  readonly changes: Readonly<Record<string, { readonly effective: number; readonly ineffective: number }>>;
  readonly failures: readonly Failure[];
}

/** What came of one case: a result, or what kept it from one. */
export interface Outcome {
  readonly number: number;
  readonly result?: CaseResult;
  readonly error?: string;
}

export function repeatCommand(seed: string, number: number): string {
  return `npm run test:drift -- --seed ${seed} --case ${number}`;
}

export function addUp(seed: string, outcomes: readonly Outcome[], seconds: number): Totals {
  const results = outcomes.flatMap(({ result }) => (result === undefined ? [] : [result]));
  const sum = (of: (result: CaseResult) => number) => results.reduce((total, result) => total + of(result), 0);
  const changes: Record<string, { effective: number; ineffective: number }> = {};
  const countOf = (kind: string) => {
    changes[kind] ??= { effective: 0, ineffective: 0 };
    return changes[kind];
  };
  for (const { effective, ineffective } of results) {
    for (const kind of effective) countOf(kind).effective += 1;
    for (const kind of ineffective) countOf(kind).ineffective += 1;
  }
  return {
    seed,
    cases: outcomes.length,
    missed: sum(({ missed }) => missed.length),
    false: sum((result) => result.false.length),
    undecided: sum(({ undecided }) => undecided.length),
    errors: outcomes.length - results.length,
    seconds,
    unchanged: results.filter(({ effective }) => effective.length === 0).length,
    loaded: results.filter(({ loadSteps }) => loadSteps > 0).length,
    changes: Object.fromEntries(Object.entries(changes).sort(([one], [other]) => (one < other ? -1 : 1))),
    failures: outcomes.flatMap((outcome) => failureOf(seed, outcome)),
  };
}

function failureOf(seed: string, { number, result, error }: Outcome): Failure[] {
  const { missed = [], false: wrong = [] } = result ?? {};
  if (missed.length + wrong.length === 0 && error === undefined) return [];
  const found = { case: number, command: repeatCommand(seed, number), missed, false: wrong };
  return [{ ...found, ...(error === undefined ? {} : { error }) }];
}

/** The failures, then one line of figures. */
export function describeTotals(totals: Totals): string[] {
  const { seed, cases, missed, false: wrong, undecided, errors, unchanged, loaded, seconds } = totals;
  return [
    ...totals.failures.flatMap(describeFailure),
    `drift, seed ${seed}: ${cases} cases (${unchanged} without a difference, ${loaded} under load), ${missed} missed, ${wrong} false, ${undecided} undecided, ${errors} errors, ${seconds.toFixed(0)} s`,
  ];
}

export function describeFailure({ command, missed, false: wrong, error }: Failure): string[] {
  return [
    command,
    ...missed.map((line) => `  missed: ${line}`),
    ...wrong.map((line) => `  false: ${line}`),
    ...(error === undefined ? [] : [`  error: ${error}`]),
  ];
}
