export type { TableResult } from "./checkpoint.js";
export type { ObjectDifference } from "./compare-objects.js";
export { ensureVerified, type MigrationVerification, type VerificationSummary } from "./ensure-verified.js";
export { type RepairResult, repairData, showRepair } from "./repair-data.js";
export { describeReport, type VerificationReport } from "./report.js";
export { DEFAULT_LIMITS, type VerificationLimits, type VerificationRequest } from "./request.js";
export { planVerification, verifyData, verifyTables } from "./verify-data.js";
