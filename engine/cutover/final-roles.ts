import { assertNoBlockers, checkOn } from "../operation/index.js";
import { observeRoutes } from "../switchover/index.js";
import { checkPrimary, memberFor, observe, withMembers } from "../topology/index.js";
import type { TrafficRoute } from "../traffic/index.js";
import { type RolesRequest, topologyOf } from "./request.js";

/**
 * Who is the primary of a finalized migration, and whether all traffic is routed to it. The source is not asked, because it may be
 * gone for good. Throws where nothing may be routed to it.
 */
export async function finalRoles(
  request: RolesRequest,
  routes: readonly TrafficRoute[],
): Promise<{ readonly name: string; readonly inOrder: boolean }> {
  const { source: _gone, ...members } = topologyOf(request).members;
  const topology = { ...topologyOf(request), members };
  return withMembers(topology, async (open) => {
    const [observed, seen] = await Promise.all([observe(topology, open), observeRoutes(routes)]);
    const primary = checkPrimary(observed);
    assertNoBlockers(primary, "looking at the new database");
    const { name, label, facts } = memberFor(observed, observed.primary ?? "");
    const elsewhere = seen.filter(({ state }) => state !== name && !isHarmless(state, Object.keys(members)));
    assertNoBlockers(
      [
        ...(facts.readOnly
          ? [
              checkOn(label, "primary-writable", "a primary that accepts writes").blocker(
                "it is read-only",
                `see who is the primary (\`ferry status\`); one that has only restarted is made writable by \`ferry failover --confirm ${name}\``,
              ),
            ]
          : []),
        ...elsewhere.map((route) =>
          checkOn(route.name, "traffic-route", `to route to ${name}, the primary`).blocker(
            `it routes to ${route.state}, as after a failover or a switchover that made that the primary`,
            `see who is the primary (\`ferry status\`), then change the route by hand`,
          ),
        ),
      ],
      "looking at the new database",
    );
    return { name, inOrder: seen.every(({ state }) => state === name) };
  });
}

/** Held, set by nobody, or at a server whose own journal says that it is the primary no more. */
function isHarmless(state: string, members: readonly string[]): boolean {
  return ["held", "elsewhere", "unset", "source", ...members].includes(state);
}
