import { isReplicating } from "../channel/index.js";
import { checkOn, type Finding } from "../operation/index.js";
import { ancestorsOf, breadthFirst, checkEdge, reachableMembers, type Tree } from "../topology/index.js";
import type { Grounds } from "./grounds.js";
import type { Diverged, Step } from "./step.js";

export function divergences({ observed }: Grounds, diverged: readonly Diverged[]): Finding[] {
  return diverged.map(({ member, errant }) =>
    checkOn(
      observed.members[member]?.label ?? member,
      "errant-transactions",
      "no transaction that the primary lacks",
    ).blocker(
      `stays fenced and follows no server: only it has ${errant}`,
      `see what they did with \`ferry errants\` or \`mysqlbinlog --read-from-remote-server --include-gtids=${errant}\`, then repair or rebuild it`,
    ),
  );
}

export function stopWaiting({ others, follow, observed, entry }: Grounds): Step[] {
  return others.flatMap(({ name, channel, semiSync, facts }): Step[] => {
    const { sourceVariable } = semiSync;
    const isFollowed = reachableMembers(observed).some(({ source }) => source === name);
    const wasPrimary = channel === undefined || facts.serverUuid === entry?.previousUuid;
    if (follow[name] === undefined || !wasPrimary || sourceVariable === undefined || isFollowed) return [];
    return [{ kind: "stop-waiting", member: name, variable: sourceVariable }];
  });
}

/**
 * Only members that follow another server than they are to are repointed, from the primary downwards: a member's new source
 * then is in its last place already, so nobody follows itself at any moment, and everybody keeps a way up to the primary.
 */
export function planFollow(
  { observed, main, others, follow }: Grounds,
  diverged: readonly Diverged[],
): { steps: Step[]; findings: Finding[] } {
  const byName = new Map(others.map((member) => [member.name, member]));
  const findings: Finding[] = [];
  const steps = inOrder(follow, main.name).flatMap((name): Step[] => {
    const member = byName.get(name);
    const source = follow[name];
    if (member === undefined || source === undefined || diverged.some((one) => one.member === name)) return [];
    const { channel } = member;
    if (member.source === source) {
      const isInOrder = member.isConfigured && channel !== undefined && isReplicating(channel);
      return isInOrder ? [] : [{ kind: "resume", member: name, source }];
    }
    const edge = checkEdge(member, observed.members[source]);
    findings.push(...edge);
    return edge.some(({ severity }) => severity === "blocker")
      ? []
      : [{ kind: "repoint", member: name, source, former: member.source }];
  });
  return { steps, findings };
}

/** Each member after its new source. */
function inOrder(follow: Readonly<Record<string, string>>, primary: string): string[] {
  const tree: Tree = { ...follow, [primary]: null };
  const below = breadthFirst(tree);
  // Below a member that stays where it is.
  const apart = Object.keys(follow).filter((name) => !below.includes(name));
  return [...below, ...apart.sort((a, b) => ancestorsOf(tree, a).length - ancestorsOf(tree, b).length)];
}
