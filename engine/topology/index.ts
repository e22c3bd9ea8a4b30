export {
  checkEdge,
  checkHealth,
  checkMembers,
  checkPrimary,
  describeFinding,
  SERVERS,
  unreachable,
} from "./findings.js";
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
} from "./journal.js";
export { judgePrimary, type PrimaryJudgement } from "./judge-primary.js";
export { isPersisted, type LostMember, type MemberState, type SeenMember, type SemiSync } from "./member.js";
export { lockMembers, type Members, type OpenMember, serverFor, serverOf, withMembers } from "./members.js";
export { memberFor, type ObservedTopology, observe, presentTree, reachableMembers } from "./observe.js";
export {
  type Absentee,
  isPrimary,
  type PrimaryStatus,
  primaryOf,
  type Witness,
  whyNoPrimary,
} from "./primary.js";
export { readMember } from "./read-member.js";
export { DEFAULT_FOLLOW_LIMITS, type FollowLimits, type Member, type Topology, type Tree } from "./request.js";
export { otherSide, SIDES, type Side } from "./side.js";
// States of earlier versions call it by its former name.
export { isSuperseded, isSuperseded as isOutlived } from "./superseded.js";
export {
  ancestorsOf,
  breadthFirst,
  checkShape,
  childrenOf,
  describeTree,
  rootOf,
  treeFrom,
  treeWithout,
} from "./tree.js";
export { checkConsequences } from "./warnings.js";
export {
  askWitness,
  isPrimaryByItself,
  type KnownPrimary,
  readSourceStatus,
  readWitness,
  requirePrimary,
} from "./witness.js";
