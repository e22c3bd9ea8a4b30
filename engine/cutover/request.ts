import type { HostOptions } from "../hosts/index.js";
import { FerryError } from "../operation/index.js";
import type { ReplicationEnd } from "../replication/index.js";
import type { Side } from "../topology/index.js";

/** One of the two servers. */
export interface SwitchoverEnd extends ReplicationEnd {
  /** The server_uuid that it must have; any when absent. */
  readonly expectedUuid?: string;
  /** The machine that it runs on, where commands can be run there: to see its free disk space. */
  readonly host?: HostOptions;
}

export interface SwitchoverLimits {
  /** Longest write pause: the source lifts its own fence after it, whatever became of this run. */
  readonly budgetSeconds: number;
  /** Longest time that one attempt to fence may hold up writes while it waits for running statements. */
  readonly attemptTimeoutSeconds: number;
  readonly attempts: number;
  /** How long to wait, before anything is changed, for what passes by itself: DDL, long statements, lag. */
  readonly quietTimeoutSeconds: number;
  /** Greatest lag at which the fence is tried. */
  readonly maximumLagSeconds: number;
  /** How long the replica may take to follow its new primary, and how long an unreachable server is waited for. */
  readonly settleTimeoutSeconds: number;
}

export interface SwitchoverRequest {
  /** Name of the replication channel, the same on both servers. */
  readonly channel: string;
  readonly source: SwitchoverEnd;
  readonly target: SwitchoverEnd;
  /** Which of the two shall be the primary. */
  readonly primary: Side;
  readonly limits: SwitchoverLimits;
}

export const DEFAULT_LIMITS: SwitchoverLimits = {
  budgetSeconds: 10,
  attemptTimeoutSeconds: 1,
  attempts: 5,
  quietTimeoutSeconds: 60,
  maximumLagSeconds: 1,
  settleTimeoutSeconds: 60,
};

/** The part of the budget that is kept for undoing: after it this run gives up by itself, before the source does. */
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
