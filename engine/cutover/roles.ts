import { assertNoBlockers } from "../operation/index.js";
import { type Plan, planReconcile } from "../reconcile/index.js";
import { goalFor, observeRoutes, partiesOf, type SeenRoute } from "../switchover/index.js";
import {
  checkPrimary,
  type MemberState,
  type Members,
  memberFor,
  type ObservedTopology,
  observe,
  withMembers,
} from "../topology/index.js";
import type { TrafficRoute } from "../traffic/index.js";
import { type RolesRequest, type RolesResult, switchoverTo, topologyOf } from "./request.js";

/** The roles as they were seen: who has the primary role, and what is left to do around it. */
export interface SeenRoles {
  readonly observed: ObservedTopology;
  readonly main: MemberState;
  readonly routes: readonly SeenRoute[];
  readonly plan: Plan;
}

/** Looks at all servers and routes over connections of its own, and lets `work` look on; writes nothing. */
export async function withRoles<T>(
  request: RolesRequest,
  routes: readonly TrafficRoute[],
  work: (roles: SeenRoles, members: Members) => Promise<T> | T,
): Promise<T> {
  const topology = topologyOf(request);
  return withMembers(topology, async (members) => {
    const [observed, seen] = await Promise.all([observe(topology, members), observeRoutes(routes)]);
    return work(rolesOf(request, observed, seen), members);
  });
}

/** What is left to do around the primary; an error where there is none within reach. */
function rolesOf(request: RolesRequest, observed: ObservedTopology, routes: readonly SeenRoute[]): SeenRoles {
  assertNoBlockers(checkPrimary(observed), "looking at the servers");
  const name = observed.primary ?? "";
  const wanted = switchoverTo(request, name);
  const parties = partiesOf(observed, wanted);
  const plan = planReconcile(observed, goalFor({ parties, request: wanted }, observed, routes));
  return { observed, main: memberFor(observed, name), routes, plan };
}

export function resultOf({ observed, main, plan }: SeenRoles, known: Partial<RolesResult> | undefined): RolesResult {
  const { entry } = observed.status;
  const uuidOf = (name: "source" | "target") => {
    const member = observed.members[name];
    if (member?.reachable === true) return member.facts.serverUuid;
    // One that is gone for good was the primary before this one.
    return known?.[`${name}Uuid`] || (name === main.name ? "" : (entry?.previousUuid ?? ""));
  };
  return {
    present: main.name,
    sourceUuid: uuidOf("source"),
    targetUuid: uuidOf("target"),
    switchovers: entry?.number ?? 0,
    isFinal: entry?.isFinal === true,
    inOrder: plan.steps.length === 0 && plan.blockers.length === 0,
    ...(known?.report === undefined ? {} : { report: known.report }),
  };
}
