// What the resource ReplicaTree calls: states of earlier versions go on calling it by these names.
export type { FollowLimits, Tree } from "../topology/index.js";
export {
  assertTree,
  dismissMembers,
  ensureTree,
  previewTree,
  readTree,
  releaseMembers,
  type TreeRequest,
  type TreeState,
} from "./declared.js";
