export type { Side } from "../traffic/index.js";
export { DEFAULT_LIMITS, type SwitchoverEnd, type SwitchoverLimits, type SwitchoverRequest } from "./request.js";
export { type SwitchoverReport, type SwitchoverResult, switchover } from "./switchover.js";
export { STEPS, type Step, type StepListener, type TimedStep } from "./timeline.js";
