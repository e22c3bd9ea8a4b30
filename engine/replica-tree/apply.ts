import { showStatement } from "../mysql/index.js";
import { FerryError, inTime, messageOf, PartialFailure, type Progress } from "../operation/index.js";
import { type TreeState, treeState } from "./declared.js";
import { type Members, withMembers } from "./members.js";
import { type ObservedTree, observeMembers, serverOf } from "./observe.js";
import { planTree, type TreePlan, type TreeStep } from "./plan.js";
import { treeProblems } from "./problems.js";
import { refusal } from "./refusal.js";
import { type FollowLimits, follow, repoint } from "./repoint.js";
import type { Tree, TreeRequest } from "./request.js";

export interface TreeChange extends TreeRequest {
  /** The tree that is wanted; it names every member. */
  readonly tree: Tree;
  readonly limits: FollowLimits;
}

export interface TreeResult {
  readonly primary: string;
  /** Members that follow another source than before, in the order in which they were moved. */
  readonly moved: readonly string[];
  /** From the first step until the whole tree was seen to be in order; 0 when there was nothing to do. */
  readonly seconds: number;
}

export const DEFAULT_FOLLOW_LIMITS: FollowLimits = { settleTimeoutSeconds: 60 };

/** A step waits twice for the new source, then for the channel, and for the former channel if that failed. */
const STEP_WAITS = 4;
/** For the answers of servers besides those waits; one that is frozen gives none. */
const ANSWER_SECONDS = 60;

/** How long another run that works on one of the servers is waited for. */
const LOCK_TIMEOUT_SECONDS = 30;

/**
 * Makes the servers follow each other as the tree says, and sees that all of them receive and apply. Everything that
 * stands against it is one error before the first change. The primary accepts writes all the time. A run that was
 * stopped at any point is completed by the next one.
 */
export async function ensureTree(change: TreeChange, progress: Progress): Promise<TreeResult> {
  return withMembers(change, async (members) => {
    let plan = await planNow(change, members);
    if (plan.steps.length > 0) {
      await lockOutOthers(members);
      // Another run may have worked until now.
      plan = await planNow(change, members);
    }
    for (const warning of plan.warnings) progress(`warning: ${warning}`);
    const begin = performance.now();
    const observed = await applyAll(change, members, plan, progress);
    return {
      primary: observed.primary ?? "",
      moved: plan.steps.flatMap((step) => (step.kind === "repoint" ? [step.member] : [])),
      seconds: plan.steps.length > 0 ? (performance.now() - begin) / 1000 : 0,
    };
  });
}

/** Gives the tree as it is afterwards. */
async function applyAll(
  change: TreeChange,
  members: Members,
  { steps, observed }: TreePlan & { readonly observed: ObservedTree },
  progress: Progress,
): Promise<ObservedTree> {
  try {
    for (const step of steps) {
      const { label } = members[step.member] ?? { label: step.member };
      const milliseconds = (STEP_WAITS * change.limits.settleTimeoutSeconds + ANSWER_SECONDS) * 1000;
      await inTime(applyStep(change, members, step, progress), milliseconds, `the step ${step.kind}`, label);
    }
    const after = steps.length > 0 ? (await planNow(change, members)).observed : observed;
    assertInOrder(after, change.tree);
    return after;
  } catch (error) {
    // Some members may have moved already.
    throw new PartialFailure<TreeState>({ ...treeState(observed, change.tree), problems: [messageOf(error)] }, error);
  }
}

async function planNow(change: TreeChange, members: Members): Promise<TreePlan & { observed: ObservedTree }> {
  const observed = await observeMembers(change, members);
  const plan = planTree(observed, change.tree);
  if (plan.obstacles.length > 0) throw refusal(plan.obstacles);
  return { ...plan, observed };
}

/** In the order of their names, so that two runs do not wait for each other. */
async function lockOutOthers(members: Members): Promise<void> {
  for (const name of Object.keys(members).sort()) await serverOf(members, name)?.lockOut(LOCK_TIMEOUT_SECONDS);
}

async function applyStep(change: TreeChange, members: Members, step: TreeStep, progress: Progress): Promise<void> {
  switch (step.kind) {
    case "run": {
      const server = serverOf(members, step.member);
      progress(`${members[step.member]?.label}: ${showStatement(step.statement)}`);
      return server?.run(step.statement);
    }
    case "resume":
      return follow(change, members, step, change.limits, progress);
    case "repoint":
      return repoint(change, members, step, change.limits, progress);
  }
}

function assertInOrder(observed: ObservedTree, tree: Tree): void {
  const problems = treeProblems(observed, tree);
  if (problems.length === 0) return;
  throw new FerryError({
    failed: "checking the tree of replicas",
    where: "its servers",
    seen: problems.join("; "),
    wanted: "every replica receiving from its source and applying, without errant transactions",
    next: "see `ferry status`; repair what is named here, then run again",
  });
}
