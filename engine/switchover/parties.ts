import { openSessions, type Sessions } from "../fence/index.js";
import { assertNoBlockers, checkOn, FerryError, type Progress } from "../operation/index.js";
import {
  checkMembers,
  checkPrimary,
  lockMembers,
  type Member,
  type Members,
  memberFor,
  type ObservedTopology,
  observe,
  type Topology,
  withMembers,
} from "../topology/index.js";
import type { TrafficRoute } from "../traffic/index.js";
import type { SwitchoverRequest } from "./request.js";
import type { SwitchoverRun } from "./situation.js";

/** Whom a run is between, when that is known, and what it works with. */
export interface Order {
  readonly request: SwitchoverRequest;
  readonly routes: readonly TrafficRoute[];
  readonly progress: Progress;
  /** The member that has the role, or had it before, and the one that is to have it; that one alone where nobody else is there. */
  readonly parties: readonly string[];
}

/** How long another run that works on one of the other members is waited for. */
const LOCK_TIMEOUT_SECONDS = 30;

/** Looks who has the role. Where everybody is to move everybody has to answer, before anything is changed. */
export async function findParties(request: SwitchoverRequest): Promise<readonly string[]> {
  return withMembers(request, async (members) => {
    const observed = await observe(request, members);
    const parties = partiesOf(observed, request);
    const isPair = Object.keys(request.members).length === 2;
    if (request.moves !== "former" && !isPair) assertNoBlockers(checkMembers(observed), "looking at the servers");
    return parties;
  });
}

/**
 * The present primary and the member that is to be it. Where that is it already: the one before, as far as it is known and
 * answers.
 */
export function partiesOf(
  observed: ObservedTopology,
  { to, members }: Pick<SwitchoverRequest, "to" | "members">,
): string[] {
  const names = Object.keys(members);
  if (!names.includes(to)) {
    const check = checkOn("the request", "member", `one of ${names.join(", ")}`);
    assertNoBlockers([check.blocker(`no such server: ${to}`, "correct the name")], `making ${to} the primary`);
  }
  assertNoBlockers(checkPrimary(observed), `making ${to} the primary`);
  memberFor(observed, to);
  if (observed.primary !== undefined && observed.primary !== to) return [observed.primary, to];
  const previous = observed.status.entry?.previousUuid;
  const former = Object.values(observed.members).find(
    (member) => member.name !== to && member.reachable && (names.length === 2 || member.facts.serverUuid === previous),
  );
  return former === undefined ? [to] : [former.name, to];
}

/** Opens the parties' sessions, which end what an earlier run has left. */
export async function openParties({ request, parties }: Pick<Order, "request" | "parties">): Promise<Sessions> {
  return openSessions(Object.fromEntries(parties.map((name) => [name, memberOf(request, name).connection])));
}

/** The parties' connections are those of the sessions, which end when another run takes over; the others are locked, too. */
export async function withRun<T>(
  { request, routes, progress, parties }: Order,
  sessions: Sessions,
  work: (run: SwitchoverRun) => Promise<T>,
): Promise<T> {
  const others = Object.entries(request.members).filter(([name]) => !parties.includes(name));
  return withMembers({ members: Object.fromEntries(others) }, async (opened) => {
    const members: Members = {
      ...opened,
      ...Object.fromEntries(parties.map((name) => [name, openParty(name, request, sessions)])),
    };
    await lockMembers(members, Object.keys(opened), LOCK_TIMEOUT_SECONDS);
    return work({ topology: request, members, routes, limits: request.limits, progress, request, sessions, parties });
  });
}

function openParty(name: string, topology: Topology, sessions: Sessions) {
  const { main } = sessions.of(name);
  return { name, label: main.label, member: memberOf(topology, name), connection: { server: main } };
}

export function memberOf({ members }: Pick<Topology, "members">, name: string): Member {
  const member = members[name];
  if (member === undefined) throw new Error(`${name} is no member`);
  return member;
}

/** The address by which others replicate from a member that one is to follow. */
export function addressOfMember(topology: Pick<Topology, "members">, name: string) {
  const { address } = memberOf(topology, name);
  if (address !== undefined) return address;
  throw new FerryError({
    failed: "preparing the switchover",
    where: name,
    seen: "no address by which other servers replicate from it",
    wanted: "an address for each server, so that there is a rollback",
    next: "give the address of the channel's source",
  });
}
