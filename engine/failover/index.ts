export { type Choice, type ChoiceGrounds, type ChoiceOutcome, elect, type Replica } from "./elect.js";
export { type FailoverReport, type FailoverResult, failover } from "./failover.js";
export { type FailoverPreview, previewFailover } from "./preview.js";
export type { Repaired } from "./repair.js";
export {
  DEFAULT_FAILOVER_LIMITS,
  type FailoverLimits,
  type FailoverOverrides,
  type FailoverRequest,
  NO_OVERRIDES,
} from "./request.js";
export { FAILOVER_STEPS, type FailoverListener, type FailoverStep, type TimedFailoverStep } from "./run.js";
export { type WatchOptions, watch } from "./watch.js";
