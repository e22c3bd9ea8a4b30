import { FerryError } from "../operation/index.js";
import type { FollowLimits, Topology } from "../topology/index.js";

/** What an operator allows and wants beyond the safe default. */
export interface FailoverOverrides {
  /** The member that is to be the primary; the best one when absent. */
  readonly to?: string;
  /** Members that are left out although they do not answer, or on purpose. */
  readonly without: readonly string[];
  /** Promote, or gather from, a member with errant transactions: they become everybody's. */
  readonly acceptErrant: boolean;
  /** Go on although transactions are known to be lost. */
  readonly acceptLoss: boolean;
  /** Somebody has made sure that the primary cannot come back writable: it may be dead although no replica looks for it. */
  readonly fenced: boolean;
}

export interface FailoverLimits extends FollowLimits {
  /** For how long the primary must be unreachable, at the least, before it counts as dead. */
  readonly confirmSeconds: number;
  /** How long the replicas' channels may take to show whether they still hear the primary. */
  readonly confirmTimeoutSeconds: number;
  /** Longest time to connect to a member. */
  readonly connectTimeoutSeconds: number;
  /** How long the candidate, and those that it gathers from, may take to apply what they have received. */
  readonly drainTimeoutSeconds: number;
}

export const DEFAULT_FAILOVER_LIMITS: FailoverLimits = {
  confirmSeconds: 3,
  confirmTimeoutSeconds: 60,
  connectTimeoutSeconds: 5,
  drainTimeoutSeconds: 600,
  settleTimeoutSeconds: 60,
};

export const NO_OVERRIDES: FailoverOverrides = { without: [], acceptErrant: false, acceptLoss: false, fenced: false };

export interface FailoverRequest extends Topology {
  /** The primary that is given up; a failover from another one is refused. Any when absent. */
  readonly expectedPrimary?: string;
  readonly overrides: FailoverOverrides;
  readonly limits: FailoverLimits;
}

/** Throws one error that names every member that does not exist and every limit that makes no sense. */
export function assertFailoverRequest({ members, overrides, limits, tree }: FailoverRequest): void {
  const { to, without } = overrides;
  const named = [...(to === undefined ? [] : [to]), ...without, ...Object.keys(tree)];
  const unknown = named.filter((name) => !Object.hasOwn(members, name)).map((name) => `no member ${name}`);
  const wrong = Object.entries(limits)
    .filter(([, value]) => !Number.isFinite(value) || value <= 0)
    .map(([name, value]) => `${name} is ${value}, and must be above 0`);
  const both = to !== undefined && without.includes(to) ? [`${to} is left out`] : [];
  const mistakes = [...unknown, ...wrong, ...both];
  if (mistakes.length === 0) return;
  throw new FerryError({
    failed: "checking what was asked for",
    where: "the request",
    seen: mistakes.join("; "),
    wanted: `names among ${Object.keys(members).join(", ")}, and limits above 0`,
    next: "correct these values; nothing has been changed",
  });
}
