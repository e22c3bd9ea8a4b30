export { DEFAULT_FOLLOW_LIMITS, ensureTree, type TreeChange, type TreeResult } from "./apply.js";
export { compareWithPrimary, type Standing } from "./compare.js";
export {
  assertTree,
  dismissMembers,
  previewTree,
  readTree,
  releaseMembers,
  type TreeState,
  treeState,
} from "./declared.js";
export { describeTreePlan, describeTreeStep } from "./describe.js";
export type { LostMember, MemberState, SemiSync } from "./member-state.js";
export { type Member, type Members, withMembers } from "./members.js";
export { type ObservedMember, type ObservedTree, observeMembers, type PlacedMember, serverOf } from "./observe.js";
export { edgeObstacles, memberObstacles, type TreeObstacle } from "./obstacles.js";
export { FENCE_REPLICA, PERSIST_REPLICA, planTree, type TreePlan, type TreeStep } from "./plan.js";
export { presentTree } from "./present-tree.js";
export { treeProblems } from "./problems.js";
export { readMember } from "./read-member.js";
export { refusal } from "./refusal.js";
export { reachableMembers, type SeenMember, sourceOf } from "./relations.js";
export { type FollowLimits, follow, repoint } from "./repoint.js";
export type { Tree, TreeRequest } from "./request.js";
export {
  ancestorsOf,
  breadthFirst,
  childrenOf,
  describeTree,
  rootOf,
  shapeObstacles,
  treeWithout,
} from "./tree-shape.js";
export { treeWarnings } from "./warnings.js";
