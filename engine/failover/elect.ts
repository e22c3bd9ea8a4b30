import { formatGtidSet, GtidSet } from "../gtid/index.js";
import { checkOn, type Finding } from "../operation/index.js";
import { type HistoryGrounds, primaryHistory, type ReplicaHistory } from "./primary-history.js";
import type { FailoverOverrides } from "./request.js";

/** A member that answers, after its receiver was stopped, so that its sets only move by what it has received already. */
export interface Replica extends ReplicaHistory {
  readonly name: string;
  /** Why it cannot be the primary, whatever it has; each a short sentence. */
  readonly unfit: readonly string[];
  /** Why it cannot pass on what it has, or cannot in time. */
  readonly cannotPassOn: readonly string[];
  /** Whether what it has received and not applied yet will be applied: no delay, no error. */
  readonly drains: boolean;
}

export interface ChoiceGrounds extends Omit<HistoryGrounds, "replicas"> {
  /** In the order of the declaration. */
  readonly replicas: readonly Replica[];
  /** Members besides the primary that do not answer. */
  readonly lost: readonly { readonly name: string; readonly seen: string }[];
}

export interface Collection {
  readonly from: string;
  readonly gtids: GtidSet;
}

export interface Choice {
  readonly candidate: string;
  /** What the candidate has applied, or will have once its relay log is drained. */
  readonly own: GtidSet;
  /** What the candidate replicates from others before it is promoted, in this order. */
  readonly collections: readonly Collection[];
  /** What the new primary will have. */
  readonly finalGtidSet: GtidSet;
  /** Transactions of the old primary that somebody has and the new primary will not have. */
  readonly lost: GtidSet;
  /** Errant transactions that become everybody's with the new primary. */
  readonly replayed: GtidSet;
  /** Members whose own errant transactions forbid that they follow. */
  readonly diverged: readonly { readonly name: string; readonly errant: GtidSet }[];
  /** What an operator should know, a line each. */
  readonly notes: readonly string[];
}

export type ChoiceOutcome = { readonly choice: Choice } | { readonly refusals: readonly Finding[] };

interface Candidate extends Replica {
  readonly errant: GtidSet;
  /** What it has, or will have by itself. */
  readonly obtainable: GtidSet;
}

/**
 * The member that becomes the primary. By default nothing known is lost and nothing errant is spread: the most advanced
 * member without errant transactions, after it has collected from the others what it lacks. Everything else is a refusal
 * that says exactly what would be lost or replayed.
 */
export function elect(grounds: ChoiceGrounds, overrides: FailoverOverrides): ChoiceOutcome {
  const history = primaryHistory(grounds);
  const candidates = grounds.replicas.map((replica) => candidateOf(replica, history));
  const taking = candidates.filter(({ name }) => !overrides.without.includes(name));
  const missing = grounds.lost.filter(({ name }) => !overrides.without.includes(name));
  if (missing.length > 0) return { refusals: missing.map(({ name, seen }) => lostMember(name, seen)) };
  const known = candidates.reduce((all, { executed, received }) => all.union(executed).union(received), GtidSet.empty);
  const wanted = known.intersect(history);
  const isAcceptable = ({ unfit, errant }: Candidate) =>
    unfit.length === 0 && (errant.isEmpty() || overrides.acceptErrant);
  const options = taking.filter(isAcceptable).map((replica) => planFor(replica, taking, wanted, overrides));
  const sorted = [...options].sort(
    (a, b) =>
      compare(a.lost.count(), b.lost.count()) ||
      compare(a.replayed.count(), b.replayed.count()) ||
      compare(collected(a), collected(b)),
  );
  const best = sorted[0];
  if (best === undefined) return { refusals: taking.length === 0 ? [NOBODY_LEFT] : taking.map(unfitFinding) };
  const chosen = overrides.to === undefined ? best : options.find(({ candidate }) => candidate === overrides.to);
  if (chosen === undefined) {
    const named = taking.find(({ name }) => name === overrides.to);
    return { refusals: [named === undefined ? noCandidate(overrides.to ?? "") : unfitFinding(named)] };
  }
  if (!chosen.lost.isEmpty() && !overrides.acceptLoss) {
    const better = compare(best.lost.count(), chosen.lost.count()) < 0 ? best : undefined;
    return { refusals: [lossFinding(chosen, candidates, better)] };
  }
  const left = overrides.without.filter((name) => grounds.lost.some((lost) => lost.name === name));
  return { choice: { ...chosen, notes: [...left.map(leftOut), ...chosen.notes] } };
}

function candidateOf(replica: Replica, history: GtidSet): Candidate {
  const { executed, received, drains } = replica;
  return {
    ...replica,
    errant: executed.union(received).subtract(history),
    obtainable: drains ? executed.union(received) : executed,
  };
}

/** Takes the most from the fullest first; an errant transaction would come along, since a channel sends everything. */
function planFor(
  candidate: Candidate,
  all: readonly Candidate[],
  wanted: GtidSet,
  overrides: FailoverOverrides,
): Choice {
  const others = all.filter(({ name }) => name !== candidate.name);
  let has = candidate.obtainable;
  let replayed = candidate.errant;
  const collections: Collection[] = [];
  const notes: string[] = [];
  const gain = (donor: Candidate) => donor.obtainable.intersect(wanted).subtract(has);
  const donors = [...others].sort(
    (a, b) => compare(gain(b).count(), gain(a).count()) || compare(a.errant.count(), b.errant.count()),
  );
  for (const donor of donors) {
    const gtids = gain(donor);
    if (gtids.isEmpty()) continue;
    const why = whyNotPassedOn(donor, has, overrides);
    if (why !== undefined) {
      notes.push(`${donor.name} cannot pass on ${formatGtidSet(gtids)}: ${why}`);
      continue;
    }
    collections.push({ from: donor.name, gtids });
    has = has.union(donor.obtainable);
    replayed = replayed.union(donor.errant);
  }
  const diverged = others.flatMap(({ name, errant }) => {
    const left = errant.subtract(has);
    return left.isEmpty() ? [] : [{ name, errant: left }];
  });
  return {
    candidate: candidate.name,
    own: candidate.obtainable,
    collections,
    finalGtidSet: has,
    lost: wanted.subtract(has),
    replayed,
    diverged,
    notes: [
      ...notes,
      ...diverged.map(
        ({ name, errant }) =>
          `${name} cannot follow: it alone has ${formatGtidSet(errant)}, which never came from the primary`,
      ),
    ],
  };
}

function whyNotPassedOn(donor: Candidate, has: GtidSet, { acceptErrant }: FailoverOverrides): string | undefined {
  const purged = donor.purged.subtract(has);
  if (donor.cannotPassOn.length > 0) return donor.cannotPassOn.join(", ");
  if (!purged.isEmpty()) return `it has purged its binary logs with ${formatGtidSet(purged)}`;
  if (!donor.errant.subtract(has).isEmpty() && !acceptErrant) {
    return `its errant transactions ${formatGtidSet(donor.errant)} would come along (--accept-errant)`;
  }
  return undefined;
}

const candidateCheck = (name: string) => checkOn(name, "candidate", "a replica that can be the primary");

const NOBODY_LEFT = candidateCheck("the replicas").blocker(
  "no member is left that could be the primary",
  "bring one of them back",
);

function noCandidate(name: string): Finding {
  return candidateCheck(name).blocker("it does not answer, or is the primary", "choose another member with --to");
}

function unfitFinding({ name, unfit, errant }: Candidate): Finding {
  const why = errant.isEmpty()
    ? unfit
    : [...unfit, `it alone has ${formatGtidSet(errant)}, which never came from the primary`];
  const fix = errant.isEmpty()
    ? "choose another member with --to"
    : "with --accept-errant they are replayed on every other server";
  return candidateCheck(name).blocker(`${name} cannot be the primary: ${why.join("; ")}`, fix);
}

function lostMember(name: string, seen: string): Finding {
  const check = checkOn(
    name,
    "reachable",
    "an answer of each replica: it may have transactions that no other server has",
  );
  return check.blocker(
    `does not answer (${seen})`,
    `bring it back, or --without ${name} and they are lost if there are any`,
  );
}

function leftOut(name: string): string {
  return `${name} is left out: what only it has is lost if there is any; when it is back it is compared before it follows`;
}

function lossFinding(
  { candidate, lost, notes }: Choice,
  all: readonly Candidate[],
  better: Choice | undefined,
): Finding {
  const owners = all.filter(({ executed, received }) => !executed.union(received).intersect(lost).isEmpty());
  const why = notes.length === 0 ? "" : ` (${notes.join("; ")})`;
  const instead = better === undefined ? "" : `; ${better.candidate} would lose less`;
  const names = owners.map(({ name }) => name).join(" and ");
  return checkOn(candidate, "loss", "no transaction lost that a replica has").blocker(
    `with ${candidate} as the primary ${lost.count()} transactions are lost: ${formatGtidSet(lost)}, which ${names} has${why}${instead}`,
    "go on with --accept-loss",
  );
}

function collected({ collections }: Choice): bigint {
  return collections.reduce((sum, { gtids }) => sum + gtids.count(), 0n);
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
