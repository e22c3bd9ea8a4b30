export { listWorkloads, readSummary, startDetachedWorkload, stopWorkload, type WorkloadRun } from "./detached.js";
export { checkLoss, type LossReport } from "./loss-checker.js";
export type { WorkloadSummary } from "./statistics.js";
export { ACKNOWLEDGED_LOG, SUMMARY_FILE, Workload, type WorkloadOptions } from "./workload.js";
