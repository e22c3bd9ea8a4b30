import { checkOn, type Finding } from "../operation/index.js";
import { type Grounds, isFormerHere, lostMembers, type RouteObservation } from "./grounds.js";

/** States of a route in which it routes to none of its servers. */
const SERVERLESS: ReadonlySet<string> = new Set(["held", "elsewhere", "unset"]);

/** Before the first switchover a route may be set by others as they like, as long as it is set and holds nobody. */
export function astray(grounds: Grounds): RouteObservation[] {
  const { routes, main, entry } = grounds;
  return routes.filter(
    (route) =>
      route.state !== main.name &&
      (entry !== undefined || route.state !== "elsewhere") &&
      !mayRouteToSuccessor(route, grounds),
  );
}

/**
 * Whether a route is at a server that does not answer and may have become the primary: a former one that has come back
 * does not know yet that it is one; the way to its successor does. Not one that this primary itself has replaced.
 */
function mayRouteToSuccessor({ state }: RouteObservation, grounds: Grounds): boolean {
  const { observed, without, entry } = grounds;
  if (SERVERLESS.has(state) || without.includes(state)) return false;
  const member = observed.members[state];
  if (member?.reachable === true) return false;
  if (member === undefined || entry === undefined) return true;
  if (member.expectedUuid !== undefined) return member.expectedUuid !== entry.previousUuid;
  return isFormerHere(grounds) || lostMembers(grounds).length > 1;
}

export function successors(grounds: Grounds): Finding[] {
  const { routes, main } = grounds;
  return routes
    .filter((route) => mayRouteToSuccessor(route, grounds))
    .map(({ name, state }) =>
      checkOn(name, "traffic-route", `to route to ${main.name}, the primary`).blocker(
        `it routes to ${state}, as after a failover or a switchover that made that the primary, and ${state} does not answer here`,
        `see who is the primary (\`ferry status\`); if it is ${main.name}, change the route by hand, or leave ${state} out: \`ferry failover --without ${state}\`; nothing has been changed`,
      ),
    );
}
