import { channelObstacles, type Obstacle } from "../channel/index.js";
import { GtidSet } from "../gtid/index.js";
import type { LostMember } from "./member-state.js";
import type { ObservedMember, ObservedTree, PlacedMember } from "./observe.js";
import type { Tree } from "./request.js";

/** What stands against a change, and on which server. */
export interface TreeObstacle extends Obstacle {
  readonly where: string;
}

/** What forbids any change while members are like that. */
export function memberObstacles({ members, primary }: ObservedTree, desired: Tree): TreeObstacle[] {
  return Object.values(members).flatMap((member) => {
    if (!member.reachable) return [unreachable(member)];
    const twin = Object.values(members).find(
      (other) => other.reachable && other.name < member.name && other.facts.serverUuid === member.facts.serverUuid,
    );
    const isSecondWriter = primary !== undefined && member.name !== primary && !member.facts.readOnly;
    return [
      ...(twin === undefined ? [] : [sameUuid(member, twin.name)]),
      ...(isSecondWriter && desired[member.name] !== undefined ? [secondWriter(member)] : []),
      ...(member.uncompared === undefined ? [] : [uncompared(member.label, member.uncompared)]),
    ];
  });
}

function unreachable({ name, label, seen }: LostMember): TreeObstacle {
  return {
    where: label,
    seen,
    wanted: "an answer of every server of the tree, to know whom it follows",
    next: `bring it back, or take it out of the tree; \`ferry\` goes on without it by --without ${name}`,
  };
}

function uncompared(where: string, seen: string): TreeObstacle {
  return {
    where,
    seen: `it could not be compared with the primary: ${seen}`,
    wanted: "to know whether it has errant transactions",
    next: "see whether both servers answer (ferry status), then run again",
  };
}

function sameUuid(member: PlacedMember, twin: string): TreeObstacle {
  return {
    where: member.label,
    seen: `it has server_uuid ${member.facts.serverUuid}, as ${twin} has`,
    wanted: "a server_uuid of its own",
    next: "if it is a copy, remove its auto.cnf and restart it; else two names lead to one server",
  };
}

function secondWriter(member: PlacedMember): TreeObstacle {
  return {
    where: member.label,
    seen: "it accepts writes (read_only is OFF), and is not the primary",
    wanted: "one writable server",
    next: "find out what writes there; then SET GLOBAL super_read_only = ON there, and run again",
  };
}

/** What forbids that a member follows a source which it does not follow yet; nothing where one of them is not there. */
export function edgeObstacles(member: PlacedMember, source: ObservedMember | undefined): TreeObstacle[] {
  if (source?.reachable !== true || source.facts.serverUuid === member.facts.serverUuid) return [];
  const common = channelObstacles({
    source: source.facts,
    // It is made so before it follows; one that accepts writes is refused by itself.
    replica: { ...member.facts, superReadOnly: true },
    otherChannels: member.otherChannels,
    errant: member.errant ?? "",
    purgedAndMissing: GtidSet.parse(source.facts.gtidPurged)
      .subtract(GtidSet.parse(member.facts.gtidExecuted))
      .toString(),
    lostSinceRestore: "",
  });
  const { logBin, logReplicaUpdates } = source.facts;
  const isPassingOn = logBin && (source.channel === undefined || logReplicaUpdates);
  return [
    ...common.map((obstacle) => ({ where: `${member.label} under ${source.name}`, ...obstacle })),
    ...(isPassingOn
      ? []
      : [
          {
            where: source.label,
            seen: `log_bin is ${onOff(logBin)} and log_replica_updates is ${onOff(logReplicaUpdates)}`,
            wanted: `both ON, because ${member.name} shall follow it`,
            next: "set them in its configuration and restart it, or let another server be the source",
          },
        ]),
  ];
}

function onOff(value: boolean): string {
  return value ? "ON" : "OFF";
}
