import type { Side } from "../topology/index.js";
import type { EndpointName, TrafficRoute } from "../traffic/index.js";

/**
 * A route as a switchover of two servers sees it: those two members are its `source` and its `target`. One that leads to
 * a third member leads elsewhere.
 */
export function sideRoute(route: TrafficRoute, members: Readonly<Record<Side, string>>): TrafficRoute {
  const nameOf = (side: EndpointName) => (side === "source" || side === "target" ? members[side] : side);
  const sideOf = (name: string): string => {
    if (name === members.source) return "source";
    if (name === members.target) return "target";
    return route.endpoints.includes(name) ? "elsewhere" : name;
  };
  return {
    name: route.name,
    endpoints: ["source", "target"],
    describe: (to) => route.describe(nameOf(to)),
    observe: async () => sideOf(await route.observe()),
    ...(route.arm === undefined ? {} : { arm: (seconds: number) => route.arm?.(seconds) ?? Promise.resolve() }),
    hold: () => route.hold(),
    cut: (from) => route.cut(nameOf(from)),
    lead: (to) => route.lead(nameOf(to)),
    close: () => route.close(),
  };
}
