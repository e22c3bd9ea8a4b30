import { assertNoBlockers, checkOn, type Finding, type Progress } from "../operation/index.js";
import {
  checkConsequences,
  checkEdge,
  checkHealth,
  checkMembers,
  checkPrimary,
  checkShape,
  type FollowLimits,
  lockMembers,
  type Members,
  type ObservedTopology,
  observe,
  reachableMembers,
  rootOf,
  type Topology,
  type Tree,
  withMembers,
} from "../topology/index.js";
import { applyPlan, assertApplied } from "./apply.js";
import { describeStep } from "./describe.js";
import { planReconcile } from "./plan.js";
import type { Run } from "./run.js";
import type { Plan } from "./step.js";

export interface TreeChange {
  /** The tree that is wanted; it names every member. */
  readonly tree: Tree;
  readonly limits: FollowLimits;
}

export interface TreeResult {
  readonly primary: string;
  /** Members that follow another source than before, in the order in which they were moved. */
  readonly moved: readonly string[];
  /** From the first step until the whole topology was seen to be in order; 0 when there was nothing to do. */
  readonly seconds: number;
}

/** What a change of the tree of replicas was found to be, or what came of it before it failed. */
export interface SeenChange {
  readonly observed: ObservedTopology;
  readonly plan: Plan;
}

/** How long another run that works on one of the servers is waited for. */
const LOCK_TIMEOUT_SECONDS = 30;

/**
 * The steps from the topology that was seen to the wanted tree, below the present primary: a tree moves no role. Everything
 * that stands against it is a blocker before the first step.
 */
export function planTree(observed: ObservedTopology, desired: Tree): Plan {
  const shape = checkShape(desired, Object.keys(observed.members));
  const before = [...shape, ...checkPrimary(observed), ...checkRoot(observed, desired), ...checkMembers(observed)];
  const warnings = shape.length > 0 ? [] : checkConsequences(observed, desired);
  const follow = Object.fromEntries(
    Object.entries(desired).flatMap(([name, source]): [string, string][] => (source === null ? [] : [[name, source]])),
  );
  if (observed.primary === undefined || before.length > 0) {
    const edges = reachableMembers(observed).flatMap(({ name }) => movedEdge(observed, name, follow[name]));
    return { steps: [], blockers: [...before, ...edges], left: warnings, diverged: [] };
  }
  const goal = { primary: observed.primary, follow, fenced: [], without: [], routes: [], journal: [] };
  const plan = planReconcile(observed, goal);
  const isBlocker = ({ severity }: Finding) => severity === "blocker";
  // What diverged and is not moved is seen in the end: nothing else has to wait for it.
  const edges = plan.diverged.flatMap(({ member }) => movedEdge(observed, member, follow[member]));
  const remaining = plan.left.filter(({ check }) => check !== "errant-transactions");
  const blockers = [...plan.blockers, ...edges, ...remaining.filter(isBlocker)];
  const left = [...warnings, ...remaining.filter((finding) => !isBlocker(finding))];
  return { ...plan, steps: blockers.length > 0 ? [] : plan.steps, blockers, left };
}

function movedEdge({ members }: ObservedTopology, name: string, source: string | undefined): Finding[] {
  const member = members[name];
  if (source === undefined || member?.reachable !== true || member.source === source) return [];
  return checkEdge(member, members[source]);
}

/**
 * Makes the servers follow each other as the tree says, and sees that all of them receive and apply. The primary accepts
 * writes all the time. A run that was stopped at any point is completed by the next one. `onFailure` gets what was seen
 * before an error that is thrown once something may have changed.
 */
export async function changeTree(
  topology: Topology,
  { tree, limits }: TreeChange,
  progress: Progress,
  onFailure: (seen: SeenChange, error: unknown) => unknown = (_, error) => error,
): Promise<TreeResult> {
  return withMembers(topology, async (members) => {
    let seen = await look(topology, members, tree);
    if (seen.plan.steps.length > 0) {
      await lockMembers(members, Object.keys(members), LOCK_TIMEOUT_SECONDS);
      // Another run may have worked until now.
      seen = await look(topology, members, tree);
    }
    for (const { server, seen: text } of seen.plan.left) progress(`warning: ${server}: ${text}`);
    const begin = performance.now();
    try {
      const run: Run = { topology, members, routes: [], limits, progress };
      const after = await carryOut(run, seen, tree);
      return {
        primary: after.primary ?? "",
        moved: seen.plan.steps.flatMap((step) => (step.kind === "repoint" ? [step.member] : [])),
        seconds: seen.plan.steps.length > 0 ? (performance.now() - begin) / 1000 : 0,
      };
    } catch (error) {
      // Some members may have moved already.
      throw onFailure(seen, error);
    }
  });
}

async function carryOut(run: Run, { observed, plan }: SeenChange, tree: Tree): Promise<ObservedTopology> {
  const { topology, members } = run;
  const outcome = await applyPlan(run, plan);
  assertApplied(outcome, "changing the topology", (step) => describeStep(step, observed, topology).join("; "));
  const after = plan.steps.length > 0 ? (await look(topology, members, tree)).observed : observed;
  assertNoBlockers(checkHealth(after, tree), "checking the topology");
  return after;
}

async function look(topology: Topology, members: Members, tree: Tree): Promise<SeenChange> {
  const observed = await observe(topology, members);
  const plan = planTree(observed, tree);
  assertNoBlockers(plan.blockers, "changing the topology");
  return { observed, plan };
}

function checkRoot({ primary, members }: ObservedTopology, desired: Tree): Finding[] {
  const root = rootOf(desired);
  if (primary === undefined || root === undefined || root === primary) return [];
  const check = checkOn(members[primary]?.label ?? primary, "root", "a tree that begins with the present primary");
  return [
    check.blocker(
      `${primary} is the primary, and the desired topology begins with ${root}`,
      `make ${root} the primary first, with \`ferry switchover\`, or with \`ferry failover\` when ${primary} is dead`,
    ),
  ];
}
