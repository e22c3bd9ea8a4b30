export { missingGrants } from "./missing-grants.js";
export type { BackupMethod, PreflightContext, PreflightPurpose, Role } from "./observation.js";
export { type PlannedTarget, plannedSettings, versionOfTag } from "./planned-target.js";
export { PRIVILEGE_NEEDS, type PrivilegeNeed } from "./privilege-needs.js";
export { type PreflightRequest, runPreflight } from "./run.js";
