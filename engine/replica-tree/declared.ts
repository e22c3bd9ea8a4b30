import { assertNoBlockers, messageOf, PartialFailure, type Progress } from "../operation/index.js";
import { changeTree, describePlan, planTree, type TreeResult } from "../reconcile/index.js";
import { removeChannel } from "../replication/index.js";
import {
  breadthFirst,
  checkHealth,
  checkShape,
  describeFinding,
  type FollowLimits,
  type ObservedTopology,
  observe,
  presentTree,
  type Topology,
  type Tree,
  treeFrom,
  withMembers,
} from "../topology/index.js";

/** The replicas of a stack: `tree` is the declared one, from the server that the phase makes the primary. */
export interface TreeRequest extends Topology {
  readonly limits: FollowLimits;
}

/** The topology as it is, in words that stay the same while it runs. */
export interface TreeState {
  /** The primary by name; `""` when it cannot be told. */
  readonly primary: string;
  /** Who follows whom now; members that do not answer or follow none of the others are left out. */
  readonly present: Tree;
  /** What is not as declared, a line each. */
  readonly problems: readonly string[];
}

/**
 * Makes the servers follow each other as declared, from whichever server has the primary role now: where it has moved since,
 * nothing is moved back, and who would follow the declared primary follows the present one.
 */
export async function ensureTree(request: TreeRequest, progress: Progress): Promise<TreeResult> {
  const tree = await withTopology(request, (observed) => declaredFrom(request, observed));
  return changeTree(request, { tree, limits: request.limits }, progress, ({ observed }, error) => {
    const state = stateOf(observed, tree);
    return new PartialFailure<TreeState>({ ...state, problems: [messageOf(error)] }, error);
  });
}

/** Looks at the servers. Writes nothing; a server that does not answer is a problem, not an error. */
export async function readTree(request: Topology): Promise<TreeState> {
  return withTopology(request, (observed) => stateOf(observed, declaredFrom(request, observed)));
}

/** What `ensureTree` would do now, a line each; of servers that are not there yet only what they will follow. */
export async function previewTree(request: Topology): Promise<string[]> {
  return withTopology(request, (observed) => {
    const tree = declaredFrom(request, observed);
    const missing = Object.values(observed.members).filter(({ reachable }) => !reachable);
    if (missing.length === 0) return describePlan(planTree(observed, tree), observed, request);
    return [
      ...missing.map(({ label }) => `${label} does not answer now`),
      ...breadthFirst(tree).flatMap((name) => {
        const source = tree[name];
        return typeof source === "string" ? [`${observed.members[name]?.label ?? name}: follow ${source} by GTID`] : [];
      }),
    ];
  });
}

/** Throws one error that names everything that is wrong with the tree by itself, whatever the servers are like. */
export function assertTree(tree: Tree, names: readonly string[]): void {
  assertNoBlockers(checkShape(tree, names), "checking the configuration of replicas");
}

/** Stops the channels of these members and forgets them; a member that nobody serves any more has none. */
export async function releaseMembers(
  { members, channel }: Pick<Topology, "members" | "channel">,
  names: readonly string[],
  progress: Progress,
): Promise<void> {
  await removeChannel(members, names, channel, progress);
}

/**
 * The same for members that leave the topology. One that does not answer is left as it is: that a server is lost for good is
 * a reason to take it out.
 */
export async function dismissMembers(
  request: Pick<Topology, "members" | "channel">,
  names: readonly string[],
  progress: Progress,
): Promise<void> {
  for (const name of names) {
    try {
      await releaseMembers(request, [name], progress);
    } catch (error) {
      progress(`${name} is no longer part of the topology, and its channel could not be stopped: ${messageOf(error)}`);
    }
  }
}

function declaredFrom({ tree }: Topology, { primary }: ObservedTopology): Tree {
  return primary === undefined ? tree : treeFrom(tree, primary);
}

function stateOf(observed: ObservedTopology, tree: Tree): TreeState {
  return {
    primary: observed.primary ?? "",
    present: presentTree(observed),
    problems: checkHealth(observed, tree).map(describeFinding),
  };
}

function withTopology<T>(request: Topology, work: (observed: ObservedTopology) => T): Promise<T> {
  return withMembers(request, async (members) => work(await observe(request, members)));
}
