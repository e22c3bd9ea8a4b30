import { FerryError } from "../operation/index.js";
import type { PairState } from "./state.js";

const LEADS_TO_NO_SUCCESSOR: ReadonlySet<string> = new Set(["source", "target", "held", "elsewhere", "unset"]);

/**
 * Throws where a route leads to neither of the two servers, but to another member of the tree. A former primary that has
 * come back does not know yet that it is one; the way to its successor does.
 */
export function assertNoSuccessor(routes: PairState["routes"]): void {
  const moved = routes.find(({ state }) => !LEADS_TO_NO_SUCCESSOR.has(state));
  if (moved === undefined) return;
  throw new FerryError({
    failed: "looking at the traffic routes",
    where: moved.name,
    seen: `it leads to ${moved.state}, as after a failover or a switchover that made that the primary`,
    wanted: "the source or the target as the primary",
    next: `give the role back by \`ferry switchover --to target\`, then run again; if ${moved.state} is not the primary (\`ferry status\`), lead the route back yourself; nothing has been changed`,
  });
}
