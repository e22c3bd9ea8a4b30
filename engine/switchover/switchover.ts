import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { Sessions } from "../fence/index.js";
import type { MysqlServer } from "../mysql/index.js";
import {
  FerryError,
  messageOf,
  type Progress,
  roundMilliseconds,
  type StepListener,
  type TimedStep,
  Timeline,
} from "../operation/index.js";
import {
  journalStatements,
  memberFor,
  type ObservedTopology,
  presentTree,
  type Tree,
  treeFrom,
} from "../topology/index.js";
import type { TrafficRoute } from "../traffic/index.js";
import { attemptOnce, type Committed, heldUpError } from "./attempt.js";
import { type Completed, complete, primaryFor, type Sources } from "./complete.js";
import { abortedError, OutcomeUnknown } from "./outcome.js";
import { findParties, type Order, openParties, withRun } from "./parties.js";
import { planSwitchover, type SwitchoverPlan } from "./plan.js";
import { awaitReady } from "./ready.js";
import { assertLimits, type SwitchoverRequest } from "./request.js";
import { otherParty, type SwitchoverRun } from "./situation.js";
import type { SwitchoverStep } from "./steps.js";

/** How a switchover went. */
export interface SwitchoverReport {
  readonly number: number;
  readonly primary: string;
  readonly finalGtidSet: string;
  /** Write pause as the two servers show it: from the request to fence to the new primary open for writes. */
  readonly pauseMilliseconds: number;
  readonly attempts: number;
  /** Statements that the old primary refused during the pause, because it was read-only. */
  readonly refusedStatements: number;
  readonly steps: readonly TimedStep<SwitchoverStep>[];
}

export interface SwitchoverResult {
  readonly primary: string;
  /** Number of switchovers that this topology has committed. */
  readonly switchovers: number;
  /** Members that follow another source than before. */
  readonly moved: readonly string[];
  /** The one that this run made; undefined when there was none to make. */
  readonly report?: SwitchoverReport;
}

export type SwitchoverListener = StepListener<SwitchoverStep>;

const FIRST_BACKOFF_MILLISECONDS = 1_000;
const LONGEST_BACKOFF_MILLISECONDS = 16_000;
const RESOLVE_INTERVAL_MILLISECONDS = 500;
const refusedRow = z.object({ refused: z.coerce.number() });

/**
 * Makes any member the primary while the present one lives, or sees that it is: it is put directly below the present one,
 * the role moves, and whoever followed the former primary follows the new one. It begins by putting in order what a run that
 * died has left, completing or undoing it as the journal says. `routes` stay open; the caller closes them.
 */
export async function switchover(
  request: SwitchoverRequest,
  routes: readonly TrafficRoute[],
  progress: Progress,
  listener?: SwitchoverListener,
): Promise<SwitchoverResult> {
  assertLimits(request.limits);
  const timeline = new Timeline(listener);
  const parties = await findParties(request);
  const order = { request, routes, progress, parties };
  const sessions = await openParties(order);
  try {
    return await withRun(order, sessions, (run) => switchRoles(run, timeline));
  } catch (error) {
    if (!(error instanceof OutcomeUnknown)) throw explained(error, parties);
    await sessions.close();
    return await resolveOutcome(order, error);
  } finally {
    await sessions.close();
  }
}

/** A connection that was lost before anything had begun has nothing but the driver's words for it. */
function explained(error: unknown, parties: readonly string[]): unknown {
  if (error instanceof FerryError) return error;
  return new FerryError(
    {
      failed: "the switchover",
      where: parties.join(" and "),
      seen: messageOf(error),
      wanted: "connections to both servers that last",
      next: "check both servers and the network to them, then run again: it begins by putting in order what is left",
    },
    { cause: error },
  );
}

async function switchRoles(run: SwitchoverRun, timeline: Timeline<SwitchoverStep>): Promise<SwitchoverResult> {
  const { request, progress } = run;
  const { to } = request;
  const { observed } = await complete(run);
  const before = presentTree(observed);
  const from = primaryFor(run, observed);
  if (from === to) {
    const left = leftBehind(run, observed);
    const { moved } = Object.keys(left).length === 0 ? { moved: [] } : await complete(run, left);
    return { primary: to, switchovers: observed.status.entry?.number ?? 0, moved };
  }
  const placed = isPlaced(before, to, from) ? [] : (await complete(run, { [to]: from })).moved;
  const situation = await timeline.run("check", () => awaitReady(run, from, to));
  const old = run.sessions.of(from).main;
  const plan = planSwitchover(situation, request, run.routes, await journalStatements(old));
  const refusedBefore = await readRefused(old);
  const { attempts, ...committed } = await tidyOnFailure(run, async () => {
    const attempt = { run, threadId: 0, deadline: 0, stoppedAt: 0, finalGtidSet: "" };
    for (const step of plan.prepare) await timeline.run(step.step, () => step.run(attempt));
    return attemptUntilCommitted(run, plan, timeline);
  });
  progress(
    `committed: ${run.sessions.of(to).main.label} is the primary, writes stopped for ${Math.round(committed.pauseMilliseconds)} ms`,
  );
  const done = await finish(run, timeline, sourcesAfter(run, before, from));
  const number = done.observed.status.entry?.number ?? 0;
  return {
    primary: to,
    switchovers: number,
    moved: [...new Set([...placed, ...done.moved])],
    report: {
      number,
      primary: to,
      finalGtidSet: committed.finalGtidSet,
      pauseMilliseconds: roundMilliseconds(committed.pauseMilliseconds),
      attempts,
      refusedStatements: (await readRefused(old)) - refusedBefore,
      steps: timeline.steps,
    },
  };
}

/** One that follows nobody is not put anywhere: it is refused by the checks. */
export function isPlaced(before: Tree, to: string, from: string): boolean {
  return before[to] === undefined || before[to] === from;
}

/** Whom everybody follows once the role has moved: who followed the former primary follows the new one, and so does it itself. */
export function sourcesAfter({ request }: Pick<SwitchoverRun, "request">, before: Tree, from: string): Sources {
  const { to, moves, reverseReplication } = request;
  const after = treeFrom({ ...before, [from]: null, [to]: before[to] ?? from }, to);
  const isLeft = (name: string) => (name === from ? reverseReplication === "none" : moves === "former");
  return Object.fromEntries(
    Object.entries(after).flatMap(([name, source]) => (source === null || isLeft(name) ? [] : [[name, source]])),
  );
}

/** The same, where the role had moved already: of a run that died after the commit some may follow the former primary still. */
export function leftBehind(run: Pick<SwitchoverRun, "request" | "parties">, observed: ObservedTopology): Sources {
  const { to, moves } = run.request;
  if (moves === "former") return {};
  const present = presentTree(observed);
  const former = otherParty(run, to);
  const isFormer =
    former !== undefined && memberFor(observed, former).facts.serverUuid === observed.status.entry?.previousUuid;
  if (isFormer) return sourcesAfter(run, present, former);
  return Object.fromEntries(
    Object.entries(present).flatMap(([name, source]) => (source === null ? [] : [[name, source]])),
  );
}

/** What follows the commit. An error here leaves it to the next run, which completes it. */
async function finish(run: SwitchoverRun, timeline: Timeline<SwitchoverStep>, sources: Sources): Promise<Completed> {
  const { request, routes, progress } = run;
  try {
    await timeline.run("switch traffic", async () => {
      await Promise.all(routes.map((route) => route.lead(request.to)));
    });
    const steps = timeline.steps.map(({ step, milliseconds }) => `${step} ${milliseconds.toFixed(1)}`);
    progress(`milliseconds of each step: ${steps.join(", ")}`);
    return await timeline.run("follow", () => complete(run, sources));
  } catch (error) {
    throw new FerryError(
      {
        failed: "completing the switchover, which is committed,",
        where: run.sessions.of(request.to).main.label,
        seen: messageOf(error),
        wanted: `${request.to} as the primary, traffic routed to it and the others following`,
        next: "run again: the next run resumes from the switchover journal, and never undoes it",
      },
      { cause: error },
    );
  }
}

/** What was made ready for a switchover that then failed is taken away again. */
async function tidyOnFailure<T>(run: SwitchoverRun, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof OutcomeUnknown) throw error;
    await complete(run).catch((left: unknown) => {
      run.progress(`left for the next run to clear away: ${messageOf(left)}`);
    });
    throw error;
  }
}

async function attemptUntilCommitted(
  run: SwitchoverRun,
  plan: SwitchoverPlan,
  timeline: Timeline<SwitchoverStep>,
): Promise<Committed & { readonly attempts: number }> {
  const { limits } = run.request;
  const { label } = plan.from;
  let backoff = FIRST_BACKOFF_MILLISECONDS;
  for (let attempts = 1; ; attempts += 1) {
    const outcome = await attemptOnce(run, plan, timeline);
    if (outcome.committed) return { ...outcome, attempts };
    if (attempts >= limits.attempts) throw heldUpError(outcome, attempts, label);
    const { problem, stoppedMilliseconds } = outcome;
    run.progress(
      `${label}: attempt ${attempts} of ${limits.attempts} was blocked for ${Math.round(stoppedMilliseconds)} ms (${problem.seen}), undone; next in ${backoff / 1000} s`,
    );
    await sleep(backoff);
    backoff = Math.min(2 * backoff, LONGEST_BACKOFF_MILLISECONDS);
  }
}

/**
 * Asks the servers themselves what has become of a switchover, for as long as it takes to reach them: committed is
 * completed, everything else undone.
 */
async function resolveOutcome(order: Order, unknown: OutcomeUnknown): Promise<SwitchoverResult> {
  const { request, progress } = order;
  const { settleTimeoutSeconds } = request.limits;
  progress(`${unknown.message}\nasking both servers what has become of the switchover`);
  const deadline = Date.now() + settleTimeoutSeconds * 1000;
  for (;;) {
    let sessions: Sessions | undefined;
    try {
      sessions = await openParties(order);
      const result = await withRun(order, sessions, async (run) => {
        const { observed } = await complete(run);
        const primary = primaryFor(run, observed);
        if (primary === request.to) return { primary, switchovers: observed.status.entry?.number ?? 0, moved: [] };
        const { label } = run.sessions.of(primary).main;
        throw abortedError(unknown.cause, label, performance.now() - unknown.stoppedAt);
      });
      return result;
    } catch (error) {
      if (error instanceof FerryError && error.cause === unknown.cause) throw error;
      if (Date.now() >= deadline) throw unresolved(unknown, error, order, settleTimeoutSeconds);
      progress(`not yet: ${messageOf(error)}`);
    } finally {
      await sessions?.close();
    }
    await sleep(RESOLVE_INTERVAL_MILLISECONDS);
  }
}

function unresolved(unknown: OutcomeUnknown, last: unknown, { parties }: Order, seconds: number): FerryError {
  return new FerryError({
    failed: "finding out what has become of the switchover",
    where: parties.join(" and "),
    seen: `${unknown.message}; since then, for ${seconds} s: ${messageOf(last)}`,
    wanted: "both servers and every route within reach",
    next: "run again as soon as they can be reached: the run completes the switchover if the journal has it, and undoes it otherwise. At no time are both servers writable",
  });
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
