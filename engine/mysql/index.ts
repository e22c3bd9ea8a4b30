export { type LoginAttempt, matchAccount } from "./account-match.js";
export { ADMIN_SCHEMA, withoutBinlog } from "./admin-schema.js";
export {
  BINLOG_EXPIRY_VARIABLES,
  type BinlogExpiry,
  binlogExpiry,
  binlogRetentionSeconds,
} from "./binlog-retention.js";
export { compareGtidSets, type GtidDifference, reaches, readExecuted, subtractOn } from "./compare-gtid-sets.js";
export { briefly, codeOf, errnoOf, isNobodyListening, isUnreachable } from "./connection-error.js";
export { addressOf, type ConnectionOptions, type TlsMode, type TlsOptions } from "./connection-options.js";
export { isRestorableDataFilePath } from "./data-file-path.js";
export {
  compactGtidSet,
  type GtidConsistency,
  type GtidMode,
  readAllVariables,
  readServerFacts,
  readVariables,
  type ServerFacts,
} from "./facts.js";
export { killConnection } from "./kill-connection.js";
export { likePattern } from "./like-pattern.js";
export { type AccountsOf, explainRefusal, isDefiniteRefusal, readTakenAccount, takenText } from "./login-refusal.js";
export {
  type NameParts,
  nameKey,
  parseName,
  showName,
  showTable,
  type TableName,
  tableKey,
} from "./names.js";
export type { SessionOptions } from "./open-connection.js";
export { type OptionFileExtras, optionFile } from "./option-file.js";
export { readProgramVersion, versionOfProgram } from "./program-version.js";
export { type Account, quoteAccount, quoteIdentifier, quoteString } from "./quoting.js";
export { GONE_FROM_PROGRAMS, GONE_PLUGINS, GONE_PRIVILEGES, GONE_VARIABLES } from "./series/gone.js";
export { comeBetween, leaveBetween } from "./series/lifetime.js";
export { RESERVED_WORDS } from "./series/statements.js";
export { MysqlServer } from "./server.js";
export { SESSION_VARIABLES, type SessionVariable } from "./session-variables.js";
export { type BoundValue, Secret, type Statement, showStatement, statement } from "./statement.js";
export { StatementError } from "./statement-error.js";
export { OLDEST_SUPPORTED_VERSION, statementsFor, type VersionedStatements } from "./statements.js";
export { askForTransactions } from "./transactions.js";
export { policyOf, USUAL_VALUES, VARIABLE_POLICIES, type VariablePolicy } from "./variables/index.js";
export { parseSourceBehaviour, sourceBehaviourQuery } from "./variables/source-behaviour.js";
export {
  isPlainSetting,
  type SourceBehaviour,
  settingLines,
  targetSettings,
} from "./variables/target-settings.js";
export {
  compareVersions,
  dataObstacle,
  isAtLeast,
  parseVersion,
  redoLogObstacle,
  replicationCaution,
  replicationObstacle,
  type ServerVersion,
  seriesOf,
} from "./version.js";
