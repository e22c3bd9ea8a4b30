import type { Statement } from "../mysql/index.js";
import { type LostMember, type MemberState, type ObservedTopology, reachableMembers } from "../topology/index.js";
import type { RouteState } from "../traffic/index.js";

/** What is wanted around the present primary. */
export interface Goal {
  /** The member that has the primary role, and answers. */
  readonly primary: string;
  /** Whom members are to follow, by name; who is not named stays where it is. */
  readonly follow: Readonly<Record<string, string>>;
  /** Members that have to be fenced even while the role has never moved, beside those that are to follow. */
  readonly fenced: readonly string[];
  /** Members that were left out by name: they are not touched, and not waited for. */
  readonly without: readonly string[];
  readonly routes: readonly RouteObservation[];
  /** What makes the journal on the primary; nothing where it is there already. */
  readonly journal: readonly Statement[];
  /** Which fence of the primary may be lifted: every one of our own, or only that of a restart. @default "own" */
  readonly unfence?: "own" | "restart";
}

export interface RouteObservation {
  readonly name: string;
  readonly state: RouteState;
}

/** What a plan is made from. */
export interface Grounds extends Goal {
  readonly observed: ObservedTopology;
  readonly main: MemberState;
  readonly entry: ObservedTopology["status"]["entry"];
  /** Every other member that answers and was not left out. */
  readonly others: readonly MemberState[];
}

/** Whether a server accepts writes of everyone who may write there. */
export function isWritable({ facts }: MemberState): boolean {
  return !facts.readOnly && !facts.superReadOnly;
}

/** Whether the primary's predecessor answers. */
export function isFormerHere({ observed, entry }: Pick<Grounds, "observed" | "entry">): boolean {
  return reachableMembers(observed).some(({ facts }) => facts.serverUuid === entry?.previousUuid);
}

/** Members that do not answer and were not left out by name. */
export function lostMembers({ observed, without }: Pick<Grounds, "observed" | "without">): LostMember[] {
  return Object.values(observed.members).flatMap((member) =>
    member.reachable || without.includes(member.name) ? [] : [member],
  );
}
