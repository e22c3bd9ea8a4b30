import { type MysqlServer, reaches, readExecuted, statement } from "../mysql/index.js";
import { inTime, type Problem } from "../operation/index.js";
import { otherSide } from "../topology/index.js";
import type { TrafficRoute } from "../traffic/index.js";
import { catchUp } from "./catch-up.js";
import { commit } from "./commit.js";
import { armDeadMan } from "./dead-man.js";
import type { Run } from "./establish.js";
import { attemptFence, prepareFence, unguardedError } from "./fence.js";
import { abortedError, OutcomeUnknown } from "./outcome.js";
import { UNDO_RESERVE } from "./request.js";
import { LOOK_MILLISECONDS, type PairState } from "./state.js";
import type { Timeline } from "./timeline.js";
import { undo } from "./undo.js";

/** A switchover past its commit point. */
export interface Committed {
  readonly committed: true;
  readonly finalGtidSet: string;
  /** From the moment the fence was asked for to the new primary's first answer as one that accepts writes. */
  readonly pauseMilliseconds: number;
}

/** Something that passes by itself was in the way; the primary was seen writable again. */
export interface HeldUp {
  readonly committed: false;
  readonly problem: Problem;
  readonly stoppedMilliseconds: number;
}

interface Armed {
  readonly deadManId: number;
  /** When this run gives up, on the clock of `performance.now()`. */
  readonly deadline: number;
}

const PRESYNC_SECONDS = 2;
const PROBE_MILLISECONDS = 5_000;

/**
 * One attempt: arm, fence, catch up, commit. It ends committed, or undone with the primary seen writable again, or with
 * OutcomeUnknown. Whatever becomes of this process, the dead-man switch lifts the fence at the end of the budget, until
 * it is ended in the last step before the commit.
 */
export async function attempt(run: Run, pair: PairState, timeline: Timeline): Promise<Committed | HeldUp> {
  const { sessions, request } = run;
  const { attemptTimeoutSeconds } = request.limits;
  const { primary } = pair;
  const from = sessions[primary];
  const to = sessions[otherSide(primary)];
  const armed = await timeline.run("arm", () =>
    inTime(arm(run, pair), LOOK_MILLISECONDS, "arming the dead-man switch", from.main.label),
  );
  if (armed === undefined) return { committed: false, problem: lagProblem(to.main.label), stoppedMilliseconds: 0 };
  const millisecondsLeft = () => armed.deadline - performance.now();
  const tellRoutes = (what: string, work: (route: TrafficRoute) => Promise<void>) =>
    inTime(onRoutes(run, work), millisecondsLeft(), what, "the traffic routes");

  let stoppedAt = performance.now();
  let finalGtidSet: string;
  try {
    await timeline.run("hold", () => tellRoutes("holding connections", (route) => route.hold()));
    stoppedAt = performance.now();
    const fence = await timeline.run("fence", () => {
      if (millisecondsLeft() <= attemptTimeoutSeconds * 1000) {
        throw unguardedError(from.main.label, "too little of the budget is left for one attempt");
      }
      const tried = attemptFence(from, attemptTimeoutSeconds, armed.deadManId);
      return inTime(tried, millisecondsLeft(), "fencing the primary", from.main.label);
    });
    if (!fence.fenced) {
      const problem = fenceProblem(from.main.label, fence.seen, attemptTimeoutSeconds);
      return { committed: false, problem, stoppedMilliseconds: await undo(run, primary, stoppedAt) };
    }
    finalGtidSet = fence.finalGtidSet;
    await Promise.all([
      timeline.run("cut", () => tellRoutes("ending connections", (route) => route.cut(primary))),
      timeline.run("catch-up", () => {
        const caughtUp = catchUp(to, request.channel, finalGtidSet, millisecondsLeft() / 1000);
        return inTime(caughtUp, millisecondsLeft(), "catching up with the fenced primary", to.main.label);
      }),
    ]);
  } catch (error) {
    if (error instanceof OutcomeUnknown) throw error;
    throw abortedError(error, from.main.label, await undo(run, primary, stoppedAt));
  }
  try {
    const fenced = { deadManId: armed.deadManId, finalGtidSet, millisecondsLeft: millisecondsLeft() };
    await commit(run, pair, fenced, timeline);
  } catch (error) {
    throw new OutcomeUnknown(error, stoppedAt);
  }
  return { committed: true, finalGtidSet, pauseMilliseconds: performance.now() - stoppedAt };
}

/**
 * Opens a new binary log: a replica without disk space would wait for some in the middle of the commit, where nobody can
 * tell any more whether its first transaction will exist.
 */
export const PROBE_BINLOG = statement("FLUSH BINARY LOGS");

export const PERSIST_FENCE = statement("SET PERSIST_ONLY super_read_only = 1, PERSIST_ONLY read_only = 1");

/**
 * Everything that can be made ready before writes stop; undefined, with nothing changed, while the replica lags. An error
 * here leaves a primary that accepts writes.
 */
async function arm(run: Run, pair: PairState): Promise<Armed | undefined> {
  const { budgetSeconds, attemptTimeoutSeconds } = run.request.limits;
  const from = run.sessions[pair.primary];
  const to = run.sessions[otherSide(pair.primary)];
  const needsScheduler = pair[pair.primary].eventScheduler === "OFF";
  if (!(await presync(from.main, to.main))) return undefined;
  await inTime(to.watcher.run(PROBE_BINLOG), PROBE_MILLISECONDS, "writing to the replica's binary log", to.main.label);
  await prepareFence(from, attemptTimeoutSeconds);
  await onRoutes(run, (route) => route.arm?.(budgetSeconds));
  if (needsScheduler) await from.main.execute("SET GLOBAL event_scheduler = ON");
  const at = performance.now();
  const { connectionId } = await armDeadMan(from.main, budgetSeconds, needsScheduler);
  // A restart after the commit must not make a second writer, and then it would be too late to persist it.
  await from.main.run(PERSIST_FENCE);
  run.progress(
    `${from.main.label}: dead-man switch armed: whatever happens, it accepts writes again in ${budgetSeconds} s`,
  );
  return { deadManId: connectionId, deadline: at + budgetSeconds * 1000 * (1 - UNDO_RESERVE) };
}

/** Whether the replica soon has what the primary has now, so that little is left to wait for once writes are stopped. */
async function presync(from: MysqlServer, to: MysqlServer): Promise<boolean> {
  return reaches(to, await readExecuted(from), PRESYNC_SECONDS);
}

function lagProblem(replica: string): Problem {
  return {
    failed: "letting the replica catch up before the fence",
    where: replica,
    seen: `it lacks transactions of ${PRESYNC_SECONDS} s ago`,
    wanted: "a replica that keeps up",
    next: "let the replica catch up (less load, more resources), then run again",
  };
}

function fenceProblem(primary: string, seen: string, timeoutSeconds: number): Problem {
  return {
    failed: "fencing the primary",
    where: primary,
    seen,
    wanted: `every running write to end within ${timeoutSeconds} s`,
    next: "look for long writes, DDL and LOCK TABLES there (SHOW PROCESSLIST, performance_schema.metadata_locks), then run again",
  };
}

async function onRoutes(run: Run, work: (route: TrafficRoute) => Promise<void> | undefined): Promise<void> {
  await Promise.all(run.routes.map(work));
}
