import { assertNoBlockers } from "../operation/index.js";
import { applyPlan, assertApplied, describeStep, type Goal, planReconcile } from "../reconcile/index.js";
import { isPrimary, type ObservedTopology, requirePrimary } from "../topology/index.js";
import { observeParties, otherParty, type SeenRoute, type SwitchoverRun } from "./situation.js";

/** Whom members are to follow, by name. */
export type Sources = Readonly<Record<string, string>>;

export interface Completed {
  /** As it was before. */
  readonly observed: ObservedTopology;
  /** Members that follow another source than before, in the order in which they were moved. */
  readonly moved: readonly string[];
}

/**
 * What is wanted of the two parties, and of whoever else is named in `sources`, around the one that has the role. The other
 * one follows it once the role has moved, unless reverse replication was given up; until then it is only fenced.
 */
export function goalFor(
  { parties, request }: Pick<SwitchoverRun, "parties" | "request">,
  observed: ObservedTopology,
  routes: readonly SeenRoute[],
  sources: Sources = {},
): Goal {
  const primary = primaryFor({ parties }, observed);
  const other = otherParty({ parties }, primary);
  const { entry } = observed.status;
  const isTurned = entry !== undefined && !entry.isFinal && request.reverseReplication !== "none";
  const former = other !== undefined && isTurned && isFormer(other, observed) ? { [other]: primary } : {};
  const follow = { ...former, ...sources };
  return { primary, follow, fenced: other === undefined ? [] : [other], without: [], routes, journal: [] };
}

/** Whether a member was the primary before; of two servers the other one always was. */
function isFormer(name: string, { members, status }: ObservedTopology): boolean {
  const member = members[name];
  if (Object.keys(members).length === 2) return true;
  return member?.reachable === true && member.facts.serverUuid === status.entry?.previousUuid;
}

/** The one of the two that has the role; that a third member has it is an error, with what to do. */
export function primaryFor({ parties }: Pick<SwitchoverRun, "parties">, observed: ObservedTopology): string {
  const name = parties.find((party) => isPrimary(observed.status, party));
  if (name !== undefined) return name;
  const asked = Object.values(observed.members).filter((member) => parties.includes(member.name));
  return requirePrimary(asked, parties[0] ?? "").name;
}

/**
 * Brings everything in order around the primary that the journal names: completes a switchover that was committed, undoes
 * one that was not, and repairs what a run that died has left. Something that stands against it as a whole is an error before
 * anything is done; what cannot be completed is one in the end, by name, when all else is.
 */
export async function complete(run: SwitchoverRun, sources: Sources = {}): Promise<Completed> {
  const { observed, routes } = await observeParties(run);
  const plan = planReconcile(observed, goalFor(run, observed, routes, sources));
  assertNoBlockers(plan.blockers, "looking at the servers");
  const outcome = await applyPlan(run, plan);
  for (const { severity, server, seen } of plan.left) {
    if (severity === "warning") run.progress(`warning: ${server}: ${seen}`);
  }
  assertApplied(outcome, "bringing the servers in order", (step) =>
    describeStep(step, observed, run.topology).join("; "),
  );
  assertNoBlockers(plan.left, "bringing the servers in order");
  return { observed, moved: outcome.done.flatMap((step) => (step.kind === "repoint" ? [step.member] : [])) };
}
