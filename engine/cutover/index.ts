// What the resource Switchover calls: states of earlier versions go on calling it by these names.
export { assertLimits, DEFAULT_LIMITS, type SwitchoverLimits, type SwitchoverReport } from "../switchover/index.js";
export type { Side } from "../topology/index.js";
export { ensureRoles } from "./ensure-roles.js";
export { planRoles, type RolesPlan } from "./plan-roles.js";
export { readRoles } from "./read-roles.js";
export type { KnownRoles, RolesRequest, RolesResult } from "./request.js";
export { retireRoles } from "./retire-roles.js";
