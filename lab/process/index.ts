export { findFreePort, requireFreePort } from "./ports.js";
export {
  type DetachedProgram,
  isRunning,
  killProcess,
  type ProcessIdentity,
  startDetached,
  stopProcess,
} from "./process.js";
export { forgetProcess, readProcess, writeProcess } from "./process-record.js";
