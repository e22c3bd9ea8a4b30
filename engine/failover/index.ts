export { type Choice, type ChoiceGrounds, type ChoiceOutcome, choose, type Replica } from "./choose.js";
export { type FailoverReport, type FailoverResult, failover } from "./failover.js";
export { type FailoverPlan, planFailover } from "./plan-failover.js";
export {
  DEFAULT_FAILOVER_LIMITS,
  type FailoverLimits,
  type FailoverRequest,
  NO_WISHES,
  type Wishes,
} from "./request.js";
export type { Settled } from "./settle.js";
export { FAILOVER_STEPS, type FailoverListener, type FailoverStep, type TimedFailoverStep } from "./step-times.js";
export { type WatchOptions, watch } from "./watch.js";
