export type { Side } from "../traffic/route.js";
export {
  createJournal,
  dropJournalStatement,
  finalizeEntry,
  insertEntry,
  type JournalEntry,
  probeEntry,
  readLastEntry,
} from "./journal.js";
export { type CommittedRole, committedRole, otherSide, readRole, type ServerRole, SIDES } from "./roles.js";
