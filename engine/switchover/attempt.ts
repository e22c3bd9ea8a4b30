import { FerryError, type Problem, type Timeline } from "../operation/index.js";
import { abortedError, Blocked, OutcomeUnknown } from "./outcome.js";
import type { Attempt, SwitchoverPlan } from "./plan.js";
import type { SwitchoverRun } from "./situation.js";
import type { SwitchoverStep } from "./steps.js";
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

/**
 * One attempt: arm, fence, catch up, commit. It ends committed, or undone with the primary seen writable again, or with
 * OutcomeUnknown. Whatever becomes of this process, the fail-safe lifts the fence at the end of the budget, until it is ended
 * in the last step before the commit.
 */
export async function attemptOnce(
  run: SwitchoverRun,
  plan: SwitchoverPlan,
  timeline: Timeline<SwitchoverStep>,
): Promise<Committed | HeldUp> {
  const { name, label } = plan.from;
  const attempt: Attempt = { run, threadId: 0, deadline: 0, stoppedAt: performance.now(), finalGtidSet: "" };
  try {
    await timeline.run(plan.arm.step, () => plan.arm.run(attempt));
  } catch (error) {
    if (error instanceof Blocked) return { committed: false, problem: error.problem, stoppedMilliseconds: 0 };
    throw error;
  }
  attempt.stoppedAt = performance.now();
  try {
    for (const together of plan.pause) {
      await Promise.all(together.map((step) => timeline.run(step.step, () => step.run(attempt))));
    }
  } catch (error) {
    if (error instanceof OutcomeUnknown) throw error;
    const stoppedMilliseconds = await undo(run, name, attempt.stoppedAt);
    if (error instanceof Blocked) return { committed: false, problem: error.problem, stoppedMilliseconds };
    throw abortedError(error, label, stoppedMilliseconds);
  }
  try {
    for (const step of plan.commit) await timeline.run(step.step, () => step.run(attempt));
  } catch (error) {
    throw new OutcomeUnknown(error, attempt.stoppedAt);
  }
  const { finalGtidSet, stoppedAt } = attempt;
  return { committed: true, finalGtidSet, pauseMilliseconds: performance.now() - stoppedAt };
}

/** The same problem, said after the last attempt. */
export function heldUpError({ problem, stoppedMilliseconds }: HeldUp, attempts: number, primary: string): FerryError {
  const cause = new FerryError({ ...problem, failed: `${problem.failed}, ${attempts} times` });
  return abortedError(cause, primary, stoppedMilliseconds);
}
