import type { ApplicationEvent } from "../events/index.js";
import type { Statement } from "../mysql/index.js";
import type { Finding } from "../operation/index.js";

/** One thing to do so that everything is as the primary role wants it. What is printed of a plan are these, and these are run. */
export type Step =
  /** Before it is up nobody else may be made writable. */
  | { readonly kind: "fence"; readonly member: string }
  /** Make the primary writable: all in one round trip, so that none is left out when this process dies. */
  | {
      readonly kind: "unfence";
      readonly member: string;
      readonly statements: readonly [Statement, Statement, ...Statement[]];
    }
  /** How the server comes up after a restart. */
  | { readonly kind: "persist"; readonly member: string; readonly as: "fenced" | "writable" }
  /** Take away the fail-safe of a switchover, and stop an event scheduler that ran for it alone. */
  | { readonly kind: "clear-auto-unfence"; readonly member: string; readonly stopsScheduler: boolean }
  | { readonly kind: "route"; readonly route: string; readonly from: string; readonly to: string }
  /** Stop and remove the channel of a primary. */
  | { readonly kind: "forget-channel"; readonly member: string }
  | { readonly kind: "enable-event"; readonly member: string; readonly event: ApplicationEvent }
  | { readonly kind: "set-scheduler"; readonly member: string; readonly value: string }
  /** A former primary would go on waiting for replicas that it has no more. */
  | { readonly kind: "stop-waiting"; readonly member: string; readonly variable: string }
  /** Follow another source than before, or one for the first time. */
  | { readonly kind: "repoint"; readonly member: string; readonly source: string; readonly former: string | undefined }
  /** Start the channel to the source that it has already, or give it the account that it is to use. */
  | { readonly kind: "resume"; readonly member: string; readonly source: string }
  /** See that the primary accepts a write, by the journal's entry. */
  | { readonly kind: "probe"; readonly member: string; readonly number: number };

/** The steps to a primary that accepts writes and has everybody else below it, in this order, and what stands against them. */
export interface Plan {
  readonly steps: readonly Step[];
  /** What forbids the plan as a whole, where somebody has to agree to it. */
  readonly blockers: readonly Finding[];
  /** What the plan leaves as it is: each concerns one member or one event, and stops nothing else. */
  readonly left: readonly Finding[];
  /** Members that stay fenced and follow no server, because only they have certain transactions. */
  readonly diverged: readonly Diverged[];
}

export interface Diverged {
  readonly member: string;
  readonly errant: string;
}
