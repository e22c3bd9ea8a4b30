import { describeChannel, isReplicating } from "../channel/index.js";
import { whyNoPrimary } from "../topology/index.js";
import type { ObservedTree, PlacedMember } from "./observe.js";
import type { Tree } from "./request.js";

/**
 * What is wrong with the servers of a tree, a line each; empty when there is one writable server, and every other one
 * follows whom it shall, receives, applies, and has no errant transaction.
 */
export function treeProblems(observed: ObservedTree, tree: Tree): string[] {
  const { primary, status } = observed;
  const why = whyNoPrimary(status);
  const problems = why === undefined ? [] : [why.seen];
  for (const member of Object.values(observed.members)) {
    if (!member.reachable) problems.push(`${member.label} does not answer: ${member.seen}`);
    else if (member.name === primary) problems.push(...primaryProblems(member));
    else problems.push(...replicaProblems(member, tree[member.name] ?? undefined));
  }
  return problems;
}

function primaryProblems({ label, facts }: PlacedMember): string[] {
  return facts.readOnly ? [`${label} is the primary, and accepts no writes (read_only is ON)`] : [];
}

function replicaProblems(member: PlacedMember, wanted: string | undefined): string[] {
  const { label, facts, channel, source, errant, uncompared } = member;
  const problems: string[] = [];
  if (!facts.readOnly) problems.push(`${label} accepts writes (read_only is OFF), and is not the primary`);
  if (source !== wanted) problems.push(`${label} follows ${source ?? "nobody"} instead of ${wanted ?? "nobody"}`);
  if (channel === undefined || !isReplicating(channel)) {
    problems.push(`${label} does not replicate: ${describeChannel(channel)}`);
  }
  if (uncompared !== undefined) problems.push(`${label} could not be compared with the primary: ${uncompared}`);
  if (errant !== undefined && errant !== "") problems.push(`${label} has errant transactions ${errant}`);
  return problems;
}
