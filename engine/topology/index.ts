export {
  createJournal,
  insertEntry,
  type JournalEntry,
  probeEntry,
  readLastEntry,
} from "./journal.js";
export { type CommittedRole, committedRole, otherSide, readRole, type ServerRole, SIDES } from "./roles.js";
