import { GtidSet } from "../gtid/index.js";
import { replicationCaution, replicationObstacle } from "../mysql/index.js";
import { type MemberState, type ObservedTopology, reachableMembers } from "../topology/index.js";
import type { ChoiceGrounds, Replica } from "./elect.js";
import type { FailoverOverrides } from "./request.js";
import type { Unreachable } from "./run.js";

interface RouteNames {
  readonly name: string;
  readonly endpoints: readonly string[];
}

/** What the choice of a new primary is made of, from what was seen of the members. */
export function choiceGrounds(
  observed: ObservedTopology,
  primary: Unreachable,
  routes: readonly RouteNames[],
  { without }: Pick<FailoverOverrides, "without">,
): ChoiceGrounds {
  const replicas = reachableMembers(observed);
  const followers = replicas.filter(({ name }) => !without.includes(name));
  return {
    primaryUuid: primary.uuid,
    finalGtidSet: GtidSet.parse(primary.entry?.finalGtidSet ?? ""),
    replicas: replicas.map((member) => replicaOf(member, primary, followers, routes)),
    lost: Object.values(observed.members).flatMap((member) =>
      member.reachable || member.name === primary.name ? [] : [{ name: member.name, seen: member.seen }],
    ),
  };
}

function replicaOf(
  member: MemberState,
  primary: Unreachable,
  followers: readonly MemberState[],
  routes: readonly RouteNames[],
): Replica {
  const { name, facts, channel, delaySeconds } = member;
  const executed = GtidSet.parse(facts.gtidExecuted);
  const received = GtidSet.parse(member.received);
  const drains = delaySeconds === 0 && (channel?.applierErrors.length ?? 0) === 0;
  const cannotPassOn = [
    ...(facts.gtidMode === "ON" ? [] : [`gtid_mode is ${facts.gtidMode}`]),
    ...(facts.logBin && facts.logReplicaUpdates ? [] : ["it has no binary log of what it replicates"]),
  ];
  const isDrained = executed.contains(received);
  return {
    name,
    executed,
    received,
    purged: GtidSet.parse(facts.gtidPurged),
    followsPrimary: isFrom(member, primary),
    drains,
    cannotPassOn,
    unfit: [
      ...(channel === undefined ? ["it replicates from nobody"] : []),
      ...(delaySeconds === 0 ? [] : [`it is delayed by ${delaySeconds} s on purpose`]),
      ...(drains || isDrained || delaySeconds > 0 ? [] : [`its applier has stopped: ${applierError(member)}`]),
      ...cannotPassOn,
      ...followers
        .filter((other) => other.name !== name)
        .flatMap((other) => {
          // What is for a rollback only is no topology to stay in.
          const versions = [facts.version, other.facts.version] as const;
          const why = replicationObstacle(...versions) ?? replicationCaution(...versions);
          return why === undefined ? [] : [`${other.name} could not follow it: ${why}`];
        }),
      ...routes
        .filter(({ endpoints }) => !endpoints.includes(name))
        .map((route) => `${route.name} does not know it (gtid-ferry:trafficRoutes)`),
    ],
  };
}

/** Whether what its channel has received is the primary's own, at first hand. */
function isFrom({ source, channel }: MemberState, primary: Unreachable): boolean {
  return source === primary.name && (primary.uuid === undefined || channel?.sourceUuid === primary.uuid);
}

function applierError({ channel }: MemberState): string {
  return channel?.applierErrors.map(({ number }) => `error ${number}`).join(", ") ?? "";
}
