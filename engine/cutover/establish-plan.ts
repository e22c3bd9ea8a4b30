import { isReplicating } from "../channel/index.js";
import { type ApplicationEvent, eventsToEnable } from "../events/index.js";
import { type Statement, statement } from "../mysql/index.js";
import { FerryError } from "../operation/index.js";
import { otherSide, probeEntry, type Side } from "../topology/index.js";
import type { RouteState } from "../traffic/index.js";
import { PERSIST_OPEN } from "./commit.js";
import type { PairState, ServerState } from "./state.js";
import { assertNoSuccessor } from "./successor.js";

export type EstablishStep =
  | { readonly kind: "run"; readonly side: Side; readonly statement: Statement }
  | { readonly kind: "enable-event"; readonly side: Side; readonly event: ApplicationEvent }
  | { readonly kind: "remove-dead-man"; readonly side: Side }
  | { readonly kind: "lead"; readonly route: string; readonly to: Side }
  | { readonly kind: "follow"; readonly side: Side };

/**
 * The steps from what is there to a pair in which the committed primary accepts writes and the other is its fenced
 * replica: none when it is so. The same steps complete a switchover after its commit point, undo one that never got
 * there, and repair what a run that died has left. The replica is fenced before the primary is opened.
 */
export function planEstablish(pair: PairState, channel: string): EstablishStep[] {
  const primary = pair[pair.primary];
  const replica = pair[otherSide(pair.primary)];
  assertNoSuccessor(pair.routes);
  refuseForeignFence(pair, primary);
  return [
    ...fenceReplica(pair, replica),
    ...openPrimary(primary),
    ...persistRoles(pair, primary, replica),
    // Not before the role is persisted: it tells a fence that a switchover has left from one for a primary that dies.
    ...removeDeadMan(pair, primary),
    ...pair.routes
      .filter(({ state }) => isAstray(state, pair))
      .map(({ name }) => ({ kind: "lead", route: name, to: primary.side }) as const),
    ...forgetOldChannel(primary, channel),
    ...moveEvents(pair, primary, replica),
    ...probe(pair, primary),
    ...followPrimary(pair, primary, replica),
  ];
}

/**
 * Only a fence of our own is lifted: one that somebody else put up has a reason that we do not know. That of an armed
 * primary which has restarted stays too: the pair cannot see whether another member has taken its place.
 */
function refuseForeignFence(pair: PairState, primary: ServerState): void {
  const isOurs = pair.entry !== undefined || primary.deadMan.isDefined;
  if ((!primary.readOnly && !primary.superReadOnly) || isOurs) return;
  const fence = `read_only is ${onOff(primary.readOnly)} and super_read_only is ${onOff(primary.superReadOnly)}`;
  const open = "SET GLOBAL super_read_only = OFF, read_only = OFF";
  const [why, next] = isPersisted(primary, "ON")
    ? [
        "both persisted, as `ferry watch --failover` does it for a primary that dies: it has restarted since",
        `\`ferry failover --confirm ${primary.side}\` opens it, unless another member has become the primary meanwhile; if somebody else has persisted that, find out why`,
      ]
    : [
        "and no switchover of this migration did that",
        `find out who made it read-only; if it is the primary: ${open}, then run again`,
      ];
  throw new FerryError({
    failed: "looking at the primary",
    where: primary.label,
    seen: `${fence}, ${why}`,
    wanted: "a primary that accepts writes",
    next,
  });
}

function onOff(value: boolean): string {
  return value ? "ON" : "OFF";
}

function fenceReplica(pair: PairState, replica: ServerState): EstablishStep[] {
  if (replica.superReadOnly && replica.readOnly) return [];
  if (pair.entry === undefined && !replica.readOnly) {
    throw new FerryError({
      failed: "looking at the replica",
      where: replica.label,
      seen: "it accepts writes, as the primary does (read_only is OFF)",
      wanted: "one writable server",
      next: "find out what writes there; then SET GLOBAL super_read_only = ON there, and run again",
    });
  }
  return [run(replica, "SET GLOBAL super_read_only = 1")];
}

function openPrimary(primary: ServerState): EstablishStep[] {
  return [
    ...(primary.superReadOnly ? [run(primary, "SET GLOBAL super_read_only = 0")] : []),
    ...(primary.readOnly ? [run(primary, "SET GLOBAL read_only = 0")] : []),
  ];
}

/** Before the first switchover a route may be set by others as they like, as long as it is set and holds nobody. */
function isAstray(state: RouteState, pair: PairState): boolean {
  return state !== pair.primary && (pair.entry !== undefined || state !== "elsewhere");
}

function hasDeadMan({ deadMan }: ServerState): boolean {
  return deadMan.isDefined || deadMan.threads.length > 0;
}

/** Before the role has moved nobody but the dead-man switch knows that event_scheduler was OFF. */
function removeDeadMan(pair: PairState, primary: ServerState): EstablishStep[] {
  if (!hasDeadMan(primary)) return [];
  const schedulerIsBorrowed =
    pair.entry === undefined && primary.deadMan.switchesSchedulerOff && primary.eventScheduler === "ON";
  return [
    ...(schedulerIsBorrowed ? [run(primary, "SET GLOBAL event_scheduler = OFF")] : []),
    { kind: "remove-dead-man", side: primary.side },
  ];
}

/** A restarted server must come up in its role. Until the role has moved, each server's own configuration says so. */
function persistRoles(pair: PairState, primary: ServerState, replica: ServerState): EstablishStep[] {
  const isMeantToBeFenced = ["super_read_only", "read_only"].some((name) => primary.persisted.get(name) === "ON");
  const hasMoved = pair.entry !== undefined;
  return [
    ...(!isArmed(primary) && (isMeantToBeFenced || (hasMoved && !isPersisted(primary, "OFF")))
      ? [{ kind: "run", side: primary.side, statement: PERSIST_OPEN } as const]
      : []),
    ...(hasMoved && !isPersisted(replica, "ON")
      ? [run(replica, "SET PERSIST_ONLY super_read_only = 1, PERSIST_ONLY read_only = 1")]
      : []),
  ];
}

function isPersisted({ persisted }: ServerState, value: "ON" | "OFF"): boolean {
  return persisted.get("super_read_only") === value && persisted.get("read_only") === value;
}

/** By `ferry watch --failover`: a primary that dies is to come back fenced. A switchover leaves traces of itself too. */
function isArmed(primary: ServerState): boolean {
  const isOpen = !primary.readOnly && !primary.superReadOnly;
  return isOpen && isPersisted(primary, "ON") && !hasDeadMan(primary) && primary.channel === undefined;
}

function forgetOldChannel(primary: ServerState, channel: string): EstablishStep[] {
  if (primary.channel === undefined) return [];
  return [
    run(primary, "STOP REPLICA FOR CHANNEL ?", channel),
    run(primary, "RESET REPLICA ALL FOR CHANNEL ?", channel),
  ];
}

/**
 * An event runs where it is ENABLED and the scheduler is ON. One that was created while its server replicated is
 * disabled there by MySQL and has to be enabled; its definer is named, or it would become whoever enables it.
 */
function moveEvents(pair: PairState, primary: ServerState, replica: ServerState): EstablishStep[] {
  if (pair.entry === undefined) return [];
  return [
    ...eventsToEnable(primary.events, replica.events)
      .filter(({ lacks }) => lacks.length === 0)
      .map((event) => ({ kind: "enable-event", side: primary.side, event }) as const),
    ...schedulerAs(replica, "OFF"),
    ...schedulerAs(primary, pair.entry.eventScheduler),
  ];
}

/** Events that belong on the primary and that the administrator may not enable there. */
export function forbiddenEvents(pair: PairState): ApplicationEvent[] {
  if (pair.entry === undefined) return [];
  const [primary, replica] = [pair[pair.primary], pair[otherSide(pair.primary)]];
  return eventsToEnable(primary.events, replica.events).filter(({ lacks }) => lacks.length > 0);
}

function schedulerAs(server: ServerState, wanted: string): EstablishStep[] {
  if (server.eventScheduler === "DISABLED") return [];
  if (server.eventScheduler === wanted && server.persisted.get("event_scheduler") === wanted) return [];
  return [run(server, "SET PERSIST event_scheduler = ?", wanted)];
}

function probe(pair: PairState, primary: ServerState): EstablishStep[] {
  if (pair.entry === undefined || pair.entry.probed) return [];
  return [{ kind: "run", side: primary.side, statement: probeEntry(pair.entry.number) }];
}

function followPrimary(pair: PairState, primary: ServerState, replica: ServerState): EstablishStep[] {
  if (pair.entry === undefined || pair.entry.isFinal) return [];
  const { channel } = replica;
  const follows = channel !== undefined && isReplicating(channel) && channel.sourceUuid === primary.uuid;
  return follows ? [] : [{ kind: "follow", side: replica.side }];
}

function run({ side }: ServerState, sql: string, ...values: string[]): EstablishStep {
  return { kind: "run", side, statement: statement(sql, ...values) };
}
