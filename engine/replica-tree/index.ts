export type { LostMember, MemberState, SemiSync } from "./member-state.js";
export { type Member, type Members, withMembers } from "./members.js";
export { type ObservedMember, type ObservedTree, observeMembers, type PlacedMember, serverOf } from "./observe.js";
export { readMember, readReceived } from "./read-member.js";
export { type PrimaryRole, presentPrimary, reachableMembers, type SeenMember, sourceOf } from "./relations.js";
export type { Tree, TreeRequest } from "./request.js";
