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
export { type CommittedRole, committedRole, readRole, type ServerRole } from "./roles.js";
export { otherSide, SIDES, type Side } from "./side.js";
