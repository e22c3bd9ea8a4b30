export { applyPlan, assertApplied, type Outcome } from "./apply.js";
export { changeTree, planTree, type TreeChange, type TreeResult } from "./change-tree.js";
export { describePlan, describeStep, describeVerdict } from "./describe.js";
export { follow, repoint } from "./follow.js";
export type { Goal, RouteObservation } from "./grounds.js";
export { countUnseen, nextNumber, UNKNOWN_UUID } from "./next-entry.js";
export { planReconcile } from "./plan.js";
export type { Run } from "./run.js";
export type { Diverged, Plan, Step } from "./step.js";
