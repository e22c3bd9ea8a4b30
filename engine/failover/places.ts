import { ancestorsOf, type MemberState, type ObservedTopology, reachableMembers } from "../topology/index.js";
import { isNetworkError } from "./confirm-dead.js";

/**
 * Whom members are to follow that a failover or a return has to place, by name: those whose way up to the primary is gone.
 * Replicas that follow somebody, or that a person has stopped, stay as they are.
 */
export function placesFor(
  observed: ObservedTopology,
  primary: string,
  without: readonly string[],
): Readonly<Record<string, string>> {
  const lost = reachableMembers(observed).filter(
    (member) => member.name !== primary && !without.includes(member.name) && needsPlace(member, observed, primary),
  );
  return Object.fromEntries(lost.map((member) => [member.name, sourceFor(member, observed, primary)]));
}

/**
 * Whether a failover has stopped its receiver and got no further: who stops a replica by hand stops its applier too. The
 * error of its last attempt to connect stays.
 */
export function isLeftStopped({ channel }: MemberState): boolean {
  const error = channel?.receiverError;
  const isUnharmed = error === undefined || isNetworkError(error.number);
  return channel?.receiver === "OFF" && isUnharmed && channel.applier === "ON";
}

function needsPlace(member: MemberState, observed: ObservedTopology, primary: string): boolean {
  if (isLeftStopped(member)) return true;
  if (observed.status.entry === undefined) return false;
  // One that became the primary out of sight may be in nobody's journal but its own.
  const primaries = reachableMembers(observed).flatMap(({ primaryUuids }) => primaryUuids);
  const { channel, source, facts } = member;
  if (channel === undefined) return primaries.includes(facts.serverUuid);
  const isThere = source !== undefined && observed.members[source]?.reachable === true;
  // Who follows a replica that is away for a while waits for it.
  return isThere ? !leadsUp(member.name, observed, primary) : primaries.includes(channel.sourceUuid);
}

/** The present source where it still leads up to the primary, else the primary itself. */
function sourceFor({ name, source }: MemberState, observed: ObservedTopology, primary: string): string {
  return source !== undefined && leadsUp(name, observed, primary) ? source : primary;
}

/** A member without a channel counts as the primary's: there it will be, if it follows anybody. */
function leadsUp(name: string, observed: ObservedTopology, primary: string): boolean {
  const tree = Object.fromEntries(
    reachableMembers(observed).map((member) => [
      member.name,
      member.name === primary ? null : (member.source ?? primary),
    ]),
  );
  return ancestorsOf(tree, name).includes(primary);
}
