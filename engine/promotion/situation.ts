import { FerryError } from "../operation/index.js";
import {
  type ObservedTree,
  observeMembers,
  presentTree,
  reachableMembers,
  type Tree,
  type TreeRequest,
  withMembers,
} from "../replica-tree/index.js";

/** What a switchover to `to` starts from. */
export interface Situation {
  readonly observed: ObservedTree;
  readonly present: Tree;
  /** Who has the primary role now, or had it before `to` if that has it already; undefined when there is nobody. */
  readonly from: string | undefined;
  /** Whether the role has moved already, and at most the tree is left to be changed. */
  readonly hasMoved: boolean;
}

export async function readSituation(request: TreeRequest, to: string): Promise<Situation> {
  if (request.members[to] === undefined) throw unknownMember(to, Object.keys(request.members));
  return situationOf(await withMembers(request, (members) => observeMembers(request, members)), to);
}

export function situationOf(observed: ObservedTree, to: string): Situation {
  const { primary, members, status } = observed;
  const present = presentTree(observed);
  if (primary === to) {
    const former = reachableMembers(Object.values(members)).find(
      ({ facts }) => facts.serverUuid === status.entry?.previousUuid,
    );
    return { observed, present, from: former?.name, hasMoved: true };
  }
  return { observed, present, from: primary, hasMoved: false };
}

function unknownMember(to: string, names: readonly string[]): FerryError {
  return new FerryError({
    failed: `making ${to} the primary`,
    where: "the request",
    seen: `no such server: ${to}`,
    wanted: `one of ${names.join(", ")}`,
    next: "correct the name",
  });
}
