export type { Side } from "../topology/index.js";
export { PERSIST_OPEN } from "./commit.js";
export { readDeadMan } from "./dead-man.js";
export { ensureRoles } from "./ensure-roles.js";
export { planRoles } from "./plan-roles.js";
export { readRoles } from "./read-roles.js";
export {
  assertLimits,
  DEFAULT_LIMITS,
  type SwitchoverEnd,
  type SwitchoverLimits,
  type SwitchoverRequest,
} from "./request.js";
export { retireRoles } from "./retire-roles.js";
export type { RoleEnd, RolesRequest, RolesResult } from "./roles-request.js";
export { type SwitchoverReport, type SwitchoverResult, switchover } from "./switchover.js";
export { STEPS, type Step, type StepListener, type TimedStep } from "./timeline.js";
