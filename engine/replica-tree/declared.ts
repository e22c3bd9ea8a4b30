import { FerryError, messageOf, type Progress } from "../operation/index.js";
import { removeChannel } from "../replication/index.js";
import { describeTreePlan } from "./describe.js";
import { withMembers } from "./members.js";
import { type ObservedTree, observeMembers } from "./observe.js";
import { planTree } from "./plan.js";
import { presentTree } from "./present-tree.js";
import { treeProblems } from "./problems.js";
import type { Tree, TreeRequest } from "./request.js";
import { breadthFirst, shapeObstacles } from "./tree-shape.js";

/** The tree as it is, in words that stay the same while it runs. */
export interface TreeState {
  /** The primary by name; `""` when it cannot be told. */
  readonly primary: string;
  /** Who follows whom now; members that do not answer or follow none of the others are left out. */
  readonly present: Tree;
  /** What is not as declared, a line each. */
  readonly problems: readonly string[];
}

/** Looks at the servers. Writes nothing; a server that does not answer is a problem, not an error. */
export async function readTree(request: TreeRequest & { readonly tree: Tree }): Promise<TreeState> {
  return treeState(await observe(request), request.tree);
}

export function treeState(observed: ObservedTree, tree: Tree): TreeState {
  return {
    primary: observed.primary ?? "",
    present: presentTree(observed),
    problems: treeProblems(observed, tree),
  };
}

/** What `ensureTree` would do now, a line each; of servers that are not there yet only what they will follow. */
export async function previewTree(request: TreeRequest & { readonly tree: Tree }): Promise<string[]> {
  const { tree } = request;
  const observed = await observe(request);
  const missing = Object.values(observed.members).filter(({ reachable }) => !reachable);
  if (missing.length === 0) return describeTreePlan(planTree(observed, tree), observed, request);
  return [
    ...missing.map(({ label }) => `${label} does not answer now`),
    ...breadthFirst(tree).flatMap((name) => {
      const source = tree[name];
      return typeof source === "string" ? [`${observed.members[name]?.label ?? name}: follow ${source} by GTID`] : [];
    }),
  ];
}

/** Throws one error that names everything that is wrong with the tree by itself, whatever the servers are like. */
export function assertTree(tree: Tree, names: readonly string[]): void {
  const obstacles = shapeObstacles(tree, names);
  if (obstacles.length === 0) return;
  throw new FerryError({
    failed: "checking the tree of replicas",
    where: "the configuration",
    seen: obstacles.map(({ seen }) => seen).join("; "),
    wanted: obstacles.map(({ wanted }) => wanted).join("; "),
    next: obstacles.map(({ next }) => next).join("; "),
  });
}

/** Stops the channels of these members and forgets them; a member that nobody serves any more has none. */
export async function releaseMembers(
  request: TreeRequest,
  names: readonly string[],
  progress: Progress,
): Promise<void> {
  await removeChannel(request.members, names, request.channel, progress);
}

/**
 * The same for members that leave the tree. One that does not answer is left as it is: that a server is lost for good is a
 * reason to take it out.
 */
export async function dismissMembers(
  request: TreeRequest,
  names: readonly string[],
  progress: Progress,
): Promise<void> {
  for (const name of names) {
    try {
      await releaseMembers(request, [name], progress);
    } catch (error) {
      progress(`${name} is no part of the tree any more, and its channel could not be stopped: ${messageOf(error)}`);
    }
  }
}

function observe(request: TreeRequest): Promise<ObservedTree> {
  return withMembers(request, (members) => observeMembers(request, members));
}
