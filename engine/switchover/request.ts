import { FerryError } from "../operation/index.js";
import type { FollowLimits, Topology } from "../topology/index.js";

export interface SwitchoverLimits extends FollowLimits {
  /** Longest write pause: the primary lifts its own fence after it, whatever became of this run. */
  readonly budgetSeconds: number;
  /** Longest time that one attempt to fence may block writes while it waits for running statements. */
  readonly attemptTimeoutSeconds: number;
  readonly attempts: number;
  /** How long to wait, before anything is changed, for what passes by itself: DDL, long statements, lag. */
  readonly quietTimeoutSeconds: number;
  /** Greatest lag at which the fence is tried. */
  readonly maximumLagSeconds: number;
}

/**
 * Whether the former primary is to replicate from the new one: `required` refuses a switchover that could not be rolled
 * back, `none` leaves it fenced where it stands.
 */
export type ReverseReplication = "required" | "none";

export interface SwitchoverRequest extends Topology {
  /** The member that is to be the primary. */
  readonly to: string;
  readonly limits: SwitchoverLimits;
  /** @default "required" */
  readonly reverseReplication?: ReverseReplication;
  /** Whether whoever followed the former primary follows the new one, or nobody moves but the former primary itself. @default "all" */
  readonly moves?: "all" | "former";
}

export const DEFAULT_LIMITS: SwitchoverLimits = {
  budgetSeconds: 10,
  attemptTimeoutSeconds: 1,
  attempts: 5,
  quietTimeoutSeconds: 60,
  maximumLagSeconds: 1,
  settleTimeoutSeconds: 60,
};

/** The part of the budget that is kept for undoing: after it this run gives up by itself, before the server does. */
export const UNDO_RESERVE = 0.1;

/** Throws one error that names every limit that makes no sense. */
export function assertLimits(limits: SwitchoverLimits): void {
  const wrong: string[] = [];
  for (const [name, value] of Object.entries(limits)) {
    if (!Number.isFinite(value) || value <= 0) wrong.push(`${name} is ${value}, and must be above 0`);
  }
  if (!Number.isInteger(limits.attemptTimeoutSeconds)) {
    wrong.push(
      `attemptTimeoutSeconds is ${limits.attemptTimeoutSeconds}, and must be whole seconds (lock_wait_timeout)`,
    );
  }
  if (limits.budgetSeconds * (1 - UNDO_RESERVE) <= limits.attemptTimeoutSeconds) {
    wrong.push(
      `budgetSeconds is ${limits.budgetSeconds}, and must leave room after one attempt of attemptTimeoutSeconds (${limits.attemptTimeoutSeconds})`,
    );
  }
  if (wrong.length === 0) return;
  throw new FerryError({
    failed: "checking the limits of the switchover",
    where: "the configuration",
    seen: wrong.join("; "),
    wanted: "a budget that one fence attempt fits into, and limits above 0",
    next: "correct these values; nothing has been changed",
  });
}
