export { inTime } from "./in-time.js";
export { FerryError, messageOf, PartialFailure, type Problem } from "./problem.js";
export { formatBytes, type Progress, silent } from "./progress.js";
export { type Look, type WaitOptions, waitUntil } from "./wait-until.js";
