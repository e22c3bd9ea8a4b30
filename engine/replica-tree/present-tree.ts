import type { ObservedTree } from "./observe.js";
import type { Tree } from "./request.js";

/** Who follows whom now; without members that do not answer, or that follow none of the others. */
export function presentTree({ members, primary }: ObservedTree): Tree {
  return Object.fromEntries(
    Object.values(members).flatMap((member): [string, string | null][] => {
      if (!member.reachable) return [];
      if (member.name === primary) return [[member.name, null]];
      return member.source === undefined ? [] : [[member.name, member.source]];
    }),
  );
}
