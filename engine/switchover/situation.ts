import type { Sessions } from "../fence/index.js";
import { inTime } from "../operation/index.js";
import type { RouteObservation, Run } from "../reconcile/index.js";
import { type JournalEntry, type MemberState, memberFor, type ObservedTopology, observe } from "../topology/index.js";
import type { TrafficRoute } from "../traffic/index.js";
import type { SwitchoverRequest } from "./request.js";

/** A route as it was seen, and the servers that it can route to. */
export type SeenRoute = RouteObservation & Pick<TrafficRoute, "endpoints">;

/** What a switchover is between, and how both are. */
export interface Situation {
  readonly observed: ObservedTopology;
  /** Has the role. */
  readonly from: MemberState;
  /** Is to have it. */
  readonly to: MemberState;
  /** The switchover that made `from` the primary; undefined when the role never moved. */
  readonly entry: JournalEntry | undefined;
  readonly routes: readonly SeenRoute[];
}

/** A run between two members, which nobody else works on meanwhile. */
export interface SwitchoverRun extends Run {
  readonly request: SwitchoverRequest;
  /** Of both. */
  readonly sessions: Sessions;
  readonly parties: readonly string[];
}

/** A server whose disk is full may answer nothing for minutes. */
export const ANSWER_MILLISECONDS = 30_000;

/** The one of the two that is not it; undefined where there is no other. */
export function otherParty({ parties }: Pick<SwitchoverRun, "parties">, name: string): string | undefined {
  return parties.find((party) => party !== name);
}

/** Looks at all servers and at the routes; both parties have to answer. Writes nothing. */
export async function observeParties(
  run: Pick<SwitchoverRun, "topology" | "members" | "routes" | "parties">,
): Promise<{ readonly observed: ObservedTopology; readonly routes: readonly SeenRoute[] }> {
  const [observed, routes] = await Promise.all([
    observe(run.topology, run.members, ANSWER_MILLISECONDS),
    observeRoutes(run.routes),
  ]);
  for (const name of run.parties) memberFor(observed, name);
  return { observed, routes };
}

export async function observeRoutes(routes: readonly TrafficRoute[]): Promise<SeenRoute[]> {
  return Promise.all(
    routes.map(async (route) => {
      const { name, endpoints } = route;
      return {
        name,
        endpoints,
        state: await inTime(route.observe(), ANSWER_MILLISECONDS, "looking at the route", name),
      };
    }),
  );
}

/** The same two, by who has the role now. */
export function situationOf(
  observed: ObservedTopology,
  routes: readonly SeenRoute[],
  from: string,
  to: string,
): Situation {
  return {
    observed,
    routes,
    from: memberFor(observed, from),
    to: memberFor(observed, to),
    entry: observed.status.entry,
  };
}
