export type { PreparedState, SourcePreparationRequest, SourcePreparationResult } from "./desired-source.js";
export { dropLedgerCopyStatement, readLedger } from "./ledger.js";
export {
  assertPrimary,
  describePreparation,
  prepareSource,
  readPreparedState,
  restoreSource,
} from "./prepare-source.js";
export {
  ensureReplicationAccount,
  hasReplicationAccount,
  type ReplicationAccountRequest,
  refuseAccountChange,
} from "./replication-account.js";
export type { TargetSoftware } from "./target-software.js";
