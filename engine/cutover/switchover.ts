import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { MysqlServer } from "../mysql/index.js";
import { assertNoBlockers, FerryError, inTime, messageOf, type Progress } from "../operation/index.js";
import { createJournal, type Side } from "../topology/index.js";
import type { TrafficRoute } from "../traffic/index.js";
import { attempt, type Committed } from "./attempt.js";
import { establish, type Run } from "./establish.js";
import { abortedError, OutcomeUnknown } from "./outcome.js";
import { awaitReady } from "./prepare.js";
import { rehearseReverse } from "./rehearse.js";
import { assertLimits, type SwitchoverRequest } from "./request.js";
import { openSessions, type Sessions } from "./sessions.js";
import { LOOK_MILLISECONDS, type PairState } from "./state.js";
import { roundMilliseconds, type StepListener, type TimedStep, Timeline } from "./timeline.js";

/** How the last switchover went. */
export interface SwitchoverReport {
  readonly number: number;
  readonly primary: Side;
  readonly finalGtidSet: string;
  /** Write pause as the two servers show it: from the request to fence to the new primary open for writes. */
  readonly pauseMilliseconds: number;
  readonly attempts: number;
  /** Statements that the old primary refused during the pause, because it was read-only. */
  readonly refusedStatements: number;
  readonly steps: readonly TimedStep[];
}

export interface SwitchoverResult {
  readonly primary: Side;
  readonly sourceUuid: string;
  readonly targetUuid: string;
  /** Number of switchovers that this migration has committed. */
  readonly switchovers: number;
  /** The one that this run made; undefined when there was none to make. */
  readonly report?: SwitchoverReport;
}

const FIRST_BACKOFF_MILLISECONDS = 1_000;
const LONGEST_BACKOFF_MILLISECONDS = 16_000;
const RESOLVE_INTERVAL_MILLISECONDS = 500;

const refusedRow = z.object({ refused: z.coerce.number() });

/**
 * Makes `request.primary` the primary, or sees that it is. The same for both directions. It begins by putting in order
 * what a run that died has left, completing or undoing it as the journal says. `routes` stay open; the caller closes them.
 */
export async function switchover(
  request: SwitchoverRequest,
  routes: readonly TrafficRoute[],
  progress: Progress,
  listener?: StepListener,
): Promise<SwitchoverResult> {
  assertLimits(request.limits);
  const run = { request, routes, progress };
  const sessions = await openSessions(request);
  try {
    return await switchRoles({ ...run, sessions }, new Timeline(listener));
  } catch (error) {
    if (!(error instanceof OutcomeUnknown)) throw explained(error);
    await sessions.close();
    return await resolveOutcome(run, error);
  } finally {
    await sessions.close();
  }
}

/** A connection that was lost before anything had begun has nothing but the driver's words for it. */
function explained(error: unknown): unknown {
  if (error instanceof FerryError) return error;
  return new FerryError(
    {
      failed: "the switchover",
      where: "source and target",
      seen: messageOf(error),
      wanted: "connections to both servers that last",
      next: "check both servers and the network to them, then run again: it begins by putting in order what is left",
    },
    { cause: error },
  );
}

async function switchRoles(run: Run, timeline: Timeline): Promise<SwitchoverResult> {
  const { request, progress } = run;
  const found = await establish(run);
  if (found.primary === request.primary) return describe(found);
  const pair = await timeline.run("check", () => awaitReady(run));
  const from = run.sessions[pair.primary].main;
  const refusedBefore = await readRefused(from);
  const { attempts, ...committed } = await tidyOnFailure(run, async () => {
    await timeline.run("rehearse", async () => {
      const rehearsal = rehearseReverse(from, request.channel, request[request.primary].address, progress);
      assertNoBlockers([await inTime(rehearsal, LOOK_MILLISECONDS, "rehearsing the way back", from.label)]);
    });
    await inTime(createJournal(from), LOOK_MILLISECONDS, "making the journal", from.label);
    return attemptUntilCommitted(run, pair, timeline);
  });
  progress(
    `committed: ${run.sessions[request.primary].main.label} is the primary, writes stopped for ${Math.round(committed.pauseMilliseconds)} ms`,
  );
  const done = await finish(run, timeline);
  return {
    ...describe(done),
    report: {
      number: done.entry?.number ?? 0,
      primary: request.primary,
      finalGtidSet: committed.finalGtidSet,
      pauseMilliseconds: roundMilliseconds(committed.pauseMilliseconds),
      attempts,
      refusedStatements: (await readRefused(from)) - refusedBefore,
      steps: timeline.steps,
    },
  };
}

/** What follows the commit. An error here leaves it to the next run, which completes it. */
async function finish(run: Run, timeline: Timeline): Promise<PairState> {
  const { request, routes, progress } = run;
  try {
    await timeline.run("lead", async () => {
      await Promise.all(routes.map((route) => route.lead(request.primary)));
    });
    const steps = timeline.steps.map(({ step, milliseconds }) => `${step} ${milliseconds.toFixed(1)}`);
    progress(`milliseconds of each step: ${steps.join(", ")}`);
    return await timeline.run("follow", () => establish(run));
  } catch (error) {
    throw new FerryError(
      {
        failed: "completing the switchover, which is committed,",
        where: run.sessions[request.primary].main.label,
        seen: messageOf(error),
        wanted: `the ${request.primary} as the primary, traffic led to it and the other server following`,
        next: "run again: it is completed, never undone",
      },
      { cause: error },
    );
  }
}

/** What was made ready for a switchover that then failed is taken away again. */
async function tidyOnFailure<T>(run: Run, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof OutcomeUnknown) throw error;
    await establish(run).catch((left: unknown) => {
      run.progress(`left for the next run to clear away: ${messageOf(left)}`);
    });
    throw error;
  }
}

async function attemptUntilCommitted(
  run: Run,
  pair: PairState,
  timeline: Timeline,
): Promise<Committed & { readonly attempts: number }> {
  const { limits } = run.request;
  const { label } = run.sessions[pair.primary].main;
  let backoff = FIRST_BACKOFF_MILLISECONDS;
  for (let attempts = 1; ; attempts += 1) {
    const outcome = await attempt(run, pair, timeline);
    if (outcome.committed) return { ...outcome, attempts };
    const { problem, stoppedMilliseconds } = outcome;
    if (attempts >= limits.attempts) {
      const cause = new FerryError({ ...problem, failed: `${problem.failed}, ${attempts} times` });
      throw abortedError(cause, label, stoppedMilliseconds);
    }
    run.progress(
      `${label}: attempt ${attempts} of ${limits.attempts} held up for ${Math.round(stoppedMilliseconds)} ms (${problem.seen}), undone; next in ${backoff / 1000} s`,
    );
    await sleep(backoff);
    backoff = Math.min(2 * backoff, LONGEST_BACKOFF_MILLISECONDS);
  }
}

/**
 * Asks the servers themselves what has become of a switchover, for as long as it takes to reach them: committed is
 * completed, everything else undone.
 */
async function resolveOutcome(run: Omit<Run, "sessions">, unknown: OutcomeUnknown): Promise<SwitchoverResult> {
  const { request, progress } = run;
  const { settleTimeoutSeconds } = request.limits;
  progress(`${unknown.message}\nasking both servers what has become of the switchover`);
  const deadline = Date.now() + settleTimeoutSeconds * 1000;
  for (;;) {
    let sessions: Sessions | undefined;
    try {
      sessions = await openSessions(request);
      const pair = await establish({ ...run, sessions });
      if (pair.primary === request.primary) return describe(pair);
      throw abortedError(unknown.cause, sessions[pair.primary].main.label, performance.now() - unknown.stoppedAt);
    } catch (error) {
      if (error instanceof FerryError && error.cause === unknown.cause) throw error;
      if (Date.now() >= deadline) throw unresolved(unknown, error, settleTimeoutSeconds);
      progress(`not yet: ${messageOf(error)}`);
    } finally {
      await sessions?.close();
    }
    await sleep(RESOLVE_INTERVAL_MILLISECONDS);
  }
}

function unresolved(unknown: OutcomeUnknown, last: unknown, seconds: number): FerryError {
  return new FerryError({
    failed: "finding out what has become of the switchover",
    where: "source and target",
    seen: `${unknown.message}; since then, for ${seconds} s: ${messageOf(last)}`,
    wanted: "both servers and every route within reach",
    next: "run again as soon as they can be reached: the run completes the switchover if the journal has it, and undoes it otherwise. At no time are both servers writable",
  });
}

function describe(pair: PairState): SwitchoverResult {
  return {
    primary: pair.primary,
    sourceUuid: pair.source.uuid,
    targetUuid: pair.target.uuid,
    switchovers: pair.entry?.number ?? 0,
  };
}

/** Statements refused by a read-only server since it was started. */
async function readRefused(server: MysqlServer): Promise<number> {
  const { refused } = await server.queryOne(
    "SELECT CAST(COALESCE(SUM(SUM_ERROR_RAISED), 0) AS UNSIGNED) AS refused FROM performance_schema.events_errors_summary_global_by_error WHERE ERROR_NAME IN ('ER_OPTION_PREVENTS_STATEMENT', 'ER_READ_ONLY_MODE')",
    [],
    refusedRow,
  );
  return refused;
}
