export {
  createJournal,
  dropJournalStatement,
  finalizeEntry,
  insertEntry,
  insertOwnEntry,
  type JournalEntry,
  journalStatements,
  probeEntry,
  readLastEntry,
  readPrimaryUuids,
} from "./journal.js";
export { judgePrimary, type PrimaryJudgement } from "./judge-primary.js";
export { isOutlived } from "./outlived.js";
export {
  type Absentee,
  isPrimary,
  newestEntry,
  type PrimaryStatus,
  primaryOf,
  type Witness,
  whyNoPrimary,
} from "./primary.js";
export {
  type CommittedRole,
  committedRole,
  ownsRole,
  pairStatus,
  readRole,
  readSourceStatus,
  type ServerRole,
} from "./roles.js";
export { otherSide, SIDES, type Side } from "./side.js";
