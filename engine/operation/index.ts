export { assertNoBlockers } from "./assert-no-blockers.js";
export { type Check, checkOn, type Finding, type Severity } from "./finding.js";
export { formatFindings } from "./format-findings.js";
export { inTime } from "./in-time.js";
export { FerryError, messageOf, PartialFailure, type Problem } from "./problem.js";
export { formatBytes, type Progress, silent } from "./progress.js";
export { shellQuote } from "./shell-quote.js";
export { roundMilliseconds, type StepListener, type TimedStep, Timeline } from "./timeline.js";
export { type Look, type WaitOptions, waitUntil } from "./wait-until.js";
