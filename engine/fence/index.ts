export {
  type AutoUnfence,
  armAutoUnfence,
  autoUnfenceStatements,
  readAutoUnfence,
  removeAutoUnfence,
} from "./auto-unfence.js";
export {
  assertUnfenced,
  boundStatement,
  clearAutoUnfence,
  type FenceOutcome,
  onlyRow,
  readOpenXa,
  SEE_UNFENCE_ARMED,
  tryFence,
  unfence,
  unguardedError,
  XA_RECOVER,
} from "./fence.js";
export { LOCK_TIMEOUT_SECONDS, openSessions, type ServerSessions, type Sessions } from "./sessions.js";
export { FENCE, PERSIST_FENCED, PERSIST_WRITABLE, UNFENCE } from "./statements.js";
