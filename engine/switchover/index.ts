export { type Completed, complete, goalFor } from "./complete.js";
export { checkFinalize, type FinalStep, planFinalize, runFinalize } from "./finalize.js";
export { openParties, partiesOf, withRun } from "./parties.js";
export { previewSwitchover, type SwitchoverPreview } from "./preview.js";
export {
  assertLimits,
  DEFAULT_LIMITS,
  type ReverseReplication,
  type SwitchoverLimits,
  type SwitchoverRequest,
} from "./request.js";
export { observeRoutes, type SeenRoute } from "./situation.js";
export { STEPS, type SwitchoverStep } from "./steps.js";
export { type SwitchoverListener, type SwitchoverReport, type SwitchoverResult, switchover } from "./switchover.js";
