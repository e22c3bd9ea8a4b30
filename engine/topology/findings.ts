import { checkChannel, describeChannel, isReplicating } from "../channel/index.js";
import { GtidSet } from "../gtid/index.js";
import { checkOn, type Finding } from "../operation/index.js";
import type { LostMember, MemberState, SeenMember } from "./member.js";
import type { ObservedTopology } from "./observe.js";
import { whyNoPrimary } from "./primary.js";
import type { Tree } from "./request.js";

/** Where a finding belongs to no single server. */
export const SERVERS = "the servers of the topology";

/** A finding as one line without advice, e.g. `b 10.0.0.2:3306 does not answer: ETIMEDOUT`. */
export function describeFinding({ server, seen }: Finding): string {
  return server === SERVERS ? seen : `${server} ${seen}`;
}

/** Whether there is a primary within reach. */
export function checkPrimary({ status }: Pick<ObservedTopology, "status">): Finding[] {
  const why = whyNoPrimary(status);
  return why === undefined ? [] : [checkOn(SERVERS, "primary", "a primary within reach").blocker(why.seen, why.next)];
}

/** What forbids a change while members are like that. */
export function checkMembers({ members, primary }: ObservedTopology): Finding[] {
  return Object.values(members).flatMap((member) => {
    if (!member.reachable) return [unreachable(member)];
    const twin = Object.values(members).find(
      (other) => other.reachable && other.name < member.name && other.facts.serverUuid === member.facts.serverUuid,
    );
    return [
      ...(twin === undefined ? [] : [sameUuid(member, twin.name)]),
      ...(isSecondWriter(member, primary) ? [secondWriter(member)] : []),
      ...(member.uncompared === undefined ? [] : [uncompared(member.label, member.uncompared)]),
    ];
  });
}

/** Whether a member accepts writes beside the primary. */
export function isSecondWriter({ name, facts }: MemberState, primary: string | undefined): boolean {
  return primary !== undefined && name !== primary && !facts.readOnly;
}

export function unreachable({ name, label, seen }: LostMember): Finding {
  return checkOn(label, "reachable", "an answer of every server of the topology, to know whom it follows").blocker(
    `does not answer: ${seen}`,
    `bring it back, or take it out of the topology; \`ferry\` goes on without it by --without ${name}`,
  );
}

function uncompared(server: string, seen: string): Finding {
  return checkOn(server, "comparison", "to know whether it has errant transactions").blocker(
    `could not be compared with the primary: ${seen}`,
    "see whether both servers answer (ferry status), then run again",
  );
}

function sameUuid({ label, facts }: MemberState, twin: string): Finding {
  return checkOn(label, "server-uuid", "a server_uuid of its own").blocker(
    `has server_uuid ${facts.serverUuid}, as ${twin} has`,
    "if it is a copy, remove its auto.cnf and restart it; else two names lead to one server",
  );
}

function secondWriter({ label }: MemberState): Finding {
  return checkOn(label, "second-writer", "one writable server").blocker(
    "accepts writes (read_only is OFF), and is not the primary",
    "find out what writes there; then SET GLOBAL super_read_only = ON there, and run again",
  );
}

/** What forbids that a member follows a source which it does not follow yet; nothing where one of them is not there. */
export function checkEdge(member: MemberState, source: SeenMember | undefined): Finding[] {
  if (source?.reachable !== true || source.facts.serverUuid === member.facts.serverUuid) return [];
  const common = checkChannel(`${member.label} under ${source.name}`, {
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
  if (logBin && (source.channel === undefined || logReplicaUpdates)) return common;
  const wanted = `log_bin and log_replica_updates ON, because ${member.name} is to follow it`;
  return [
    ...common,
    checkOn(source.label, "binary-log", wanted).blocker(
      `log_bin is ${onOff(logBin)} and log_replica_updates is ${onOff(logReplicaUpdates)}`,
      "set them in its configuration and restart it, or let another server be the source",
    ),
  ];
}

/**
 * What is wrong with the servers as they are; empty when there is one writable server, and every other one follows whom it
 * is to, receives, applies, and has no errant transaction.
 */
export function checkHealth(observed: ObservedTopology, tree: Tree): Finding[] {
  const { primary } = observed;
  return [
    ...checkPrimary(observed),
    ...Object.values(observed.members).flatMap((member) => {
      if (!member.reachable) return [unreachable(member)];
      if (member.name === primary) return checkPrimaryHealth(member);
      return [
        ...(isSecondWriter(member, primary) || !member.facts.readOnly ? [secondWriter(member)] : []),
        ...checkReplicaHealth(member, tree[member.name] ?? undefined),
      ];
    }),
  ];
}

function checkPrimaryHealth({ label, facts }: MemberState): Finding[] {
  if (!facts.readOnly) return [];
  return [
    checkOn(label, "primary-writable", "a primary that accepts writes").blocker(
      "is the primary, and accepts no writes (read_only is ON)",
      "`ferry failover` completes what a run has left; if a person has made it read-only, ask why",
    ),
  ];
}

function checkReplicaHealth(member: MemberState, wanted: string | undefined): Finding[] {
  const { label, channel, source, errant } = member;
  const on = (check: string, aim: string) => checkOn(label, check, aim);
  return [
    ...(source === wanted
      ? []
      : [
          on("source", `to follow ${wanted ?? "no server"}`).blocker(
            `follows ${source ?? "no server"} instead of ${wanted ?? "no server"}`,
            "`pulumi up`, or `ferry topology --apply`",
          ),
        ]),
    ...(channel !== undefined && isReplicating(channel)
      ? []
      : [
          on("replicating", "a channel that receives and applies").blocker(
            `does not replicate: ${describeChannel(channel)}`,
            "fix what the channel names, then `pulumi up`",
          ),
        ]),
    ...(member.uncompared === undefined ? [] : [uncompared(label, member.uncompared)]),
    ...(errant === undefined || errant === ""
      ? []
      : [
          on("errant-transactions", "no transaction that the primary lacks").blocker(
            `has errant transactions ${errant}`,
            "see what they did with `ferry errants`",
          ),
        ]),
  ];
}

function onOff(value: boolean): string {
  return value ? "ON" : "OFF";
}
