export { findFreePort, requireFreePort } from "./ports.js";
export {
  type DetachedProgram,
  identify,
  isRunning,
  killProcess,
  type ProcessIdentity,
  startDetached,
  stopProcess,
} from "./process.js";
export { forgetProcess, type ProcessRecord, readProcess, writeProcess } from "./process-record.js";
