import { PERSIST_OPEN } from "../cutover/index.js";
import { type ApplicationEvent, describeLeft, isDisabledByReplication } from "../events/index.js";
import { type Statement, statement } from "../mysql/index.js";
import { ancestorsOf, type ObservedTree, PERSIST_REPLICA, type PlacedMember } from "../replica-tree/index.js";
import { insertOwnEntry, type JournalEntry, probeEntry } from "../topology/index.js";
import type { RouteState } from "../traffic/index.js";
import { countUnseen, nextNumber, UNKNOWN_UUID } from "./next-entry.js";
import { reachable, wasLeftStopped } from "./standing.js";

type Batch = readonly [Statement, Statement, ...Statement[]];

export type SettleStep =
  /** Before it is up nobody else may be made writable. */
  | { readonly kind: "fence"; readonly member: string }
  | { readonly kind: "run"; readonly member: string; readonly statement: Statement; readonly why: string }
  /** All in one round trip, so that none is left out when this process dies. */
  | { readonly kind: "open"; readonly member: string; readonly statements: Batch; readonly why: string }
  | { readonly kind: "enable-event"; readonly member: string; readonly event: ApplicationEvent }
  | { readonly kind: "lead"; readonly route: string; readonly to: string }
  | { readonly kind: "follow"; readonly member: string; readonly source: string };

export interface SettleGrounds {
  readonly observed: ObservedTree;
  readonly channel: string;
  /** The primary, which answers. */
  readonly primary: PlacedMember;
  readonly entry: JournalEntry | undefined;
  /** What makes the journal on the primary; nothing where it is there already. */
  readonly journal: readonly Statement[];
  /** server_uuid of everyone who is or was the primary, by the journal. */
  readonly primaryUuids: ReadonlySet<string>;
  /** Of the primary. */
  readonly events: readonly ApplicationEvent[];
  readonly routes: readonly { readonly name: string; readonly state: RouteState }[];
  /** Members that stay as they are. */
  readonly without: readonly string[];
  /** Whether a primary that is read-only may be opened; by default only what a failover has left so. */
  readonly mayOpen: boolean;
}

/** A server whose own transactions forbid that it follows. */
export interface Parted {
  readonly member: string;
  readonly errant: string;
}

export interface SettlePlan {
  readonly steps: readonly SettleStep[];
  readonly parted: readonly Parted[];
  /** What is left to a person, a line each. */
  readonly notes: readonly string[];
}

export const FENCE = statement("SET PERSIST super_read_only = 1, PERSIST read_only = 1");

/**
 * The steps to one writable server that all others follow, as the journal says who it is: what is left of a failover,
 * and what a former primary needs that has come back. Fences come first. Replicas that follow somebody, or that a person
 * has stopped, stay as they are.
 */
export function planSettle(grounds: SettleGrounds): SettlePlan {
  const { observed, primary, entry, routes, without } = grounds;
  // Steps around anybody else would fence the one that accepts writes.
  if (entry !== undefined && entry.primaryUuid !== primary.facts.serverUuid) {
    throw new Error(`entry ${entry.number} of the journal makes ${entry.primaryUuid} the primary, not ${primary.name}`);
  }
  const others = reachable(observed).filter(({ name }) => name !== primary.name && !without.includes(name));
  const placed = others.filter((member) => needsPlace(member, grounds));
  const parted = placed.flatMap(({ name, errant }) => (errant ? [{ member: name, errant }] : []));
  const following = placed.filter(({ name }) => !parted.some(({ member }) => member === name));
  const steps: SettleStep[] = [
    ...(entry === undefined ? [] : others.filter(({ facts }) => !facts.superReadOnly).map(fence)),
    ...openPrimary(grounds),
    ...forgetChannel(grounds),
    ...(entry === undefined ? [] : routes.filter(({ state }) => state !== primary.name)).map(
      ({ name }) => ({ kind: "lead", route: name, to: primary.name }) as const,
    ),
    ...(entry === undefined
      ? []
      : others.filter(({ facts, persisted }) => facts.superReadOnly && persisted.super_read_only !== "ON")
    ).map(({ name }) => run(name, PERSIST_REPLICA, "a replica comes up fenced")),
    ...moveEvents(grounds, following),
    ...following.flatMap((member) => stopWaiting(member, observed)),
    ...following.map(({ name }) => ({ kind: "follow", member: name, source: sourceFor(name, grounds) }) as const),
    // Last, because a primary with semi-synchronous replication waits for somebody who follows it.
    ...unprobed(grounds).map((number) => run(primary.name, probeEntry(number), "see that it accepts writes")),
  ];
  const notes = eventsToEnable(grounds)
    .filter((event) => !mayEnable(event))
    .map((event) => describeLeft(primary.name, event));
  return { steps, parted, notes };
}

function fence({ name }: PlacedMember): SettleStep {
  return { kind: "fence", member: name };
}

/**
 * Somebody out of sight may have become the primary by an entry that nobody else has; an entry of its own, with a number
 * above that one's, lets the primary win when that server is back.
 */
function openPrimary(grounds: SettleGrounds): SettleStep[] {
  const { primary, entry, journal } = grounds;
  if (!isOpening(grounds)) return [];
  const number = ownNumber(grounds);
  const eventScheduler = entry?.eventScheduler ?? "ON";
  const own =
    number === undefined ? [] : [...journal, insertOwnEntry({ number, previousUuid: UNKNOWN_UUID, eventScheduler })];
  const [next = PERSIST_OPEN, ...rest] = [...own, PERSIST_OPEN];
  const statements: Batch = [statement("SET GLOBAL super_read_only = 0"), next, ...rest];
  return [{ kind: "open", member: primary.name, statements, why: "it is the primary" }];
}

function isOpening({ primary, mayOpen }: SettleGrounds): boolean {
  return mayOpen && (primary.facts.readOnly || primary.facts.superReadOnly);
}

/** Of the entry with which the primary is opened; undefined when it needs none. */
function ownNumber(grounds: SettleGrounds): number | undefined {
  const unseen = countUnseen(grounds.observed, grounds.without);
  return isOpening(grounds) && unseen > 0 ? nextNumber(grounds.entry, unseen) : undefined;
}

/** The number of an entry that is not seen yet to accept writes. */
function unprobed(grounds: SettleGrounds): number[] {
  const own = ownNumber(grounds);
  if (own !== undefined) return [own];
  return grounds.entry === undefined || grounds.entry.probed ? [] : [grounds.entry.number];
}

/**
 * Events run on the primary alone. MySQL disables those that arrive by replication; they were enabled where they came
 * from, and nobody can ask there any more.
 */
function moveEvents(grounds: SettleGrounds, following: readonly PlacedMember[]): SettleStep[] {
  const { primary, entry } = grounds;
  if (entry === undefined) return [];
  const enabled = eventsToEnable(grounds).filter(mayEnable);
  const setScheduler = ({ name, facts }: PlacedMember, wanted: string) =>
    facts.eventScheduler === wanted || facts.eventScheduler === "DISABLED"
      ? []
      : [run(name, statement("SET PERSIST event_scheduler = ?", wanted), "events run on the primary alone")];
  return [
    ...following.flatMap((member) => setScheduler(member, "OFF")),
    ...enabled.map((event) => ({ kind: "enable-event", member: primary.name, event }) as const),
    ...setScheduler(primary, entry.eventScheduler),
  ];
}

/** A former primary would go on waiting for replicas that it has no more, with every transaction that it applies. */
function stopWaiting({ name, channel, semiSync }: PlacedMember, observed: ObservedTree): SettleStep[] {
  const { sourceVariable } = semiSync;
  const isFollowed = reachable(observed).some(({ source }) => source === name);
  if (channel !== undefined || sourceVariable === undefined || isFollowed) return [];
  return [run(name, statement(`SET GLOBAL ${sourceVariable} = 0`), "nobody follows it")];
}

/** Nobody can ask any more whether one that was due has run. */
function mayEnable({ lacks, mayHaveRun }: ApplicationEvent): boolean {
  return lacks.length === 0 && !mayHaveRun;
}

function eventsToEnable({ entry, events }: SettleGrounds): ApplicationEvent[] {
  return entry === undefined ? [] : events.filter(isDisabledByReplication);
}

/** A primary follows nobody; what is left of its channel belongs to the time before. */
function forgetChannel({ primary, entry, channel }: SettleGrounds): SettleStep[] {
  if (primary.channel === undefined || entry === undefined) return [];
  return ["STOP REPLICA", "RESET REPLICA ALL"].map((verb) =>
    run(primary.name, statement(`${verb} FOR CHANNEL ?`, channel), "a primary follows nobody"),
  );
}

/** Whether nobody but a failover or a return puts this member where it belongs. */
function needsPlace(member: PlacedMember, grounds: SettleGrounds): boolean {
  const { entry, observed, primaryUuids } = grounds;
  if (wasLeftStopped(member)) return true;
  if (entry === undefined) return false;
  const { channel, source, facts } = member;
  if (channel === undefined) return primaryUuids.has(facts.serverUuid);
  const isThere = source !== undefined && observed.members[source]?.reachable === true;
  // Who follows a replica that is away for a while waits for it.
  return isThere ? !leadsUp(member.name, grounds) : primaryUuids.has(channel.sourceUuid);
}

/** The present source where it still leads up to the primary, else the primary itself. */
function sourceFor(name: string, grounds: SettleGrounds): string {
  const member = grounds.observed.members[name];
  const source = member?.reachable === true ? member.source : undefined;
  return source !== undefined && leadsUp(name, grounds) ? source : grounds.primary.name;
}

/** A member without a channel counts as the primary's: there it will be, if it follows anybody. */
function leadsUp(name: string, { observed, primary }: SettleGrounds): boolean {
  const tree = Object.fromEntries(
    reachable(observed).map((member) => [
      member.name,
      member.name === primary.name ? null : (member.source ?? primary.name),
    ]),
  );
  return ancestorsOf(tree, name).includes(primary.name);
}

function run(member: string, step: Statement, why: string): SettleStep {
  return { kind: "run", member, statement: step, why };
}
