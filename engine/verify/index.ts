export type { TableResult } from "./checkpoint.js";
export { ensureVerified, type MigrationVerification, type VerificationSummary } from "./ensure-verified.js";
export type { ObjectDifference } from "./objects/compare-objects.js";
export { type ObjectName, parseObject, showObject } from "./objects/object-name.js";
export { type RepairResult, repairData, showRepair } from "./repair/repair-data.js";
export { describeReport, type VerificationReport } from "./report.js";
export { DEFAULT_LIMITS, type VerificationLimits, type VerificationRequest } from "./request.js";
export type { NamedServer } from "./sessions.js";
export { planVerification, verifyData, verifyTables } from "./verify-data.js";
