import { isReplicating } from "../channel/index.js";
import { type Statement, statement } from "../mysql/index.js";
import { whyNoPrimary } from "../topology/index.js";
import type { ObservedTree, PlacedMember } from "./observe.js";
import { edgeObstacles, memberObstacles, type TreeObstacle } from "./obstacles.js";
import type { Tree } from "./request.js";
import { breadthFirst, rootOf, shapeObstacles } from "./tree-shape.js";
import { treeWarnings } from "./warnings.js";

export type TreeStep =
  | { readonly kind: "run"; readonly member: string; readonly statement: Statement }
  /** Follow another source than before, or one for the first time. */
  | { readonly kind: "repoint"; readonly member: string; readonly source: string; readonly former: string | undefined }
  /** Mend the channel that leads to the right source already: start it, or give it the account that it shall use. */
  | { readonly kind: "resume"; readonly member: string; readonly source: string };

export interface TreePlan {
  /** In this order; none when there is nothing to do, or when something stands against it. */
  readonly steps: readonly TreeStep[];
  readonly warnings: readonly string[];
  readonly obstacles: readonly TreeObstacle[];
}

export const FENCE_REPLICA = statement("SET GLOBAL super_read_only = 1");
export const PERSIST_REPLICA = statement("SET PERSIST_ONLY super_read_only = 1, PERSIST_ONLY read_only = 1");

/**
 * The steps from the tree that was seen to the wanted one. Only members that follow another server than they shall are
 * repointed, from the root downwards: a member's new source then is in its last place already, so nobody follows itself
 * at any moment, and everybody keeps a way up to the primary.
 */
export function planTree(observed: ObservedTree, desired: Tree): TreePlan {
  const shape = shapeObstacles(desired, Object.keys(observed.members)).map((obstacle) => ({
    where: "the wanted tree",
    ...obstacle,
  }));
  const members = Object.values(observed.members).filter((member) => member.reachable);
  const moves = members.filter(({ name, source }) => typeof desired[name] === "string" && source !== desired[name]);
  const obstacles = [
    ...shape,
    ...primaryObstacles(observed, desired),
    ...memberObstacles(observed, desired),
    ...moves.flatMap((member) => edgeObstacles(member, observed.members[desired[member.name] ?? ""])),
  ];
  const warnings = shape.length > 0 ? [] : treeWarnings(observed, desired);
  if (obstacles.length > 0) return { steps: [], warnings, obstacles };
  const byName = new Map(members.map((member) => [member.name, member]));
  const steps = breadthFirst(desired).flatMap((name) => {
    const member = byName.get(name);
    const source = desired[name];
    return member === undefined || typeof source !== "string" ? [] : stepsFor(member, source);
  });
  return { steps, warnings, obstacles };
}

/** A replica accepts no writes, not even an administrator's, and comes up so after a restart. */
function stepsFor(member: PlacedMember, source: string): TreeStep[] {
  const { name, facts, persisted, channel } = member;
  const isPersisted = persisted.super_read_only === "ON" && persisted.read_only === "ON";
  const isInOrder = member.isConfigured && channel !== undefined && isReplicating(channel);
  const run = (step: Statement) => ({ kind: "run", member: name, statement: step }) as const;
  return [
    ...(facts.superReadOnly ? [] : [run(FENCE_REPLICA)]),
    ...(isPersisted ? [] : [run(PERSIST_REPLICA)]),
    ...(member.source !== source ? [{ kind: "repoint", member: name, source, former: member.source } as const] : []),
    ...(member.source === source && !isInOrder ? [{ kind: "resume", member: name, source } as const] : []),
  ];
}

/** The root of the wanted tree is the present primary: a tree moves no role. */
function primaryObstacles(observed: ObservedTree, desired: Tree): TreeObstacle[] {
  const { primary, status } = observed;
  if (primary === undefined) {
    const why = whyNoPrimary(status);
    return why === undefined ? [] : [{ where: "the servers of the tree", ...why, wanted: "a primary within reach" }];
  }
  const root = rootOf(desired);
  const member = observed.members[primary];
  const where = member?.label ?? primary;
  const channel = member?.reachable === true ? member.channel : undefined;
  return [
    ...(root === undefined || root === primary
      ? []
      : [
          {
            where,
            seen: `${primary} is the primary, and the wanted tree begins with ${root}`,
            wanted: "a tree that begins with the present primary",
            next: `make ${root} the primary first, with \`ferry switchover\`, or with \`ferry failover\` when ${primary} is dead`,
          },
        ]),
    ...(channel === undefined
      ? []
      : [
          {
            where,
            seen: `${primary} is the primary, and has a channel to ${channel.host}:${channel.port}`,
            wanted: "a primary that follows nobody",
            next: "`pulumi up` completes a switchover that was interrupted; else STOP REPLICA and RESET REPLICA ALL there",
          },
        ]),
  ];
}
