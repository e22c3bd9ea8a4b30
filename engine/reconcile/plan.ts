import { isReplicating } from "../channel/index.js";
import { type ApplicationEvent, describeLeft, eventsToEnable, isDisabledByReplication } from "../events/index.js";
import { UNFENCE } from "../fence/index.js";
import type { Statement } from "../mysql/index.js";
import { checkOn, type Finding } from "../operation/index.js";
import {
  ancestorsOf,
  breadthFirst,
  checkEdge,
  insertOwnEntry,
  isPersisted,
  type MemberState,
  type ObservedTopology,
  reachableMembers,
  type Tree,
} from "../topology/index.js";
import type { RouteState } from "../traffic/index.js";
import { countUnseen, nextNumber, UNKNOWN_UUID } from "./next-entry.js";
import type { Diverged, Plan, Step } from "./step.js";

/** What is wanted around the present primary. */
export interface Goal {
  /** The member that has the primary role, and answers. */
  readonly primary: string;
  /** Whom members are to follow, by name; who is not named stays where it is. */
  readonly follow: Readonly<Record<string, string>>;
  /** Members that have to be fenced even while the role has never moved, beside those that are to follow. */
  readonly fenced: readonly string[];
  /** Members that were left out by name: they are not touched, and not waited for. */
  readonly without: readonly string[];
  readonly routes: readonly RouteObservation[];
  /** What makes the journal on the primary; nothing where it is there already. */
  readonly journal: readonly Statement[];
  /** Which fence of the primary may be lifted: every one of our own, or only that of a restart. @default "own" */
  readonly unfence?: "own" | "restart";
}

export interface RouteObservation {
  readonly name: string;
  readonly state: RouteState;
}

/** States of a route in which it routes to none of its servers. */
const SERVERLESS: ReadonlySet<string> = new Set(["held", "elsewhere", "unset"]);

interface Grounds extends Goal {
  readonly observed: ObservedTopology;
  readonly main: MemberState;
  readonly entry: ObservedTopology["status"]["entry"];
  /** Every other member that answers and was not left out. */
  readonly others: readonly MemberState[];
}

/**
 * The steps from what was seen to one writable primary, as the journal says who it is, and everybody else fenced and below
 * it: none when it is so. The same steps complete a switchover after its commit, undo one that never got there, finish a
 * failover, take back a former primary, change a tree of replicas, and repair what a run that died has left. Fences come
 * first.
 */
export function planReconcile(observed: ObservedTopology, goal: Goal): Plan {
  const main = observed.members[goal.primary];
  const { entry } = observed.status;
  if (main?.reachable !== true) throw new Error(`${goal.primary} does not answer`);
  // Steps around anybody else would fence the one that accepts writes.
  if (entry !== undefined && entry.primaryUuid !== main.facts.serverUuid) {
    throw new Error(`entry ${entry.number} of the journal makes ${entry.primaryUuid} the primary, not ${main.name}`);
  }
  const others = reachableMembers(observed).filter(({ name }) => name !== main.name && !goal.without.includes(name));
  const grounds: Grounds = { ...goal, observed, main, entry, others };
  const diverged = others.flatMap(({ name, errant }): Diverged[] =>
    goal.follow[name] !== undefined && errant !== undefined && errant !== "" ? [{ member: name, errant }] : [],
  );
  const events = planEvents(grounds);
  const unfencing = planUnfence(grounds);
  const follow = planFollow(grounds, diverged);
  const forgetting = planForget(grounds);
  return {
    steps: [
      ...fences(grounds),
      ...unfencing.steps,
      ...persisted(grounds, unfencing.steps.length > 0),
      // Not before the role is persisted: it tells a fence that a switchover has left from one for a primary that dies.
      ...clearAutoUnfence(grounds),
      ...astray(grounds).map(
        ({ name, state }) => ({ kind: "route", route: name, from: state, to: main.name }) as const,
      ),
      ...forgetting.steps,
      ...events.steps,
      ...stopWaiting(grounds),
      ...follow.steps,
      // Last, because a primary with semi-synchronous replication waits for somebody who follows it.
      ...probe(grounds, unfencing.entry),
    ],
    blockers: [...unfencing.findings, ...secondWriters(grounds), ...successors(grounds), ...forgetting.findings],
    left: [...events.findings, ...follow.findings, ...divergences(grounds, diverged)],
    diverged,
  };
}

function divergences({ observed }: Grounds, diverged: readonly Diverged[]): Finding[] {
  return diverged.map(({ member, errant }) =>
    checkOn(
      observed.members[member]?.label ?? member,
      "errant-transactions",
      "no transaction that the primary lacks",
    ).blocker(
      `stays fenced and follows no server: only it has ${errant}`,
      `see what they did with \`ferry errants\` or \`mysqlbinlog --read-from-remote-server --include-gtids=${errant}\`, then repair or rebuild it`,
    ),
  );
}

/** Once the role has moved everybody else is fenced; before that, whom it is asked for. */
function fences({ entry, others, follow, fenced }: Grounds): Step[] {
  return others
    .filter(({ facts }) => !facts.superReadOnly || !facts.readOnly)
    .filter(({ name, facts }) => {
      if (entry !== undefined) return true;
      return facts.readOnly && (follow[name] !== undefined || fenced.includes(name));
    })
    .map(({ name }) => ({ kind: "fence", member: name }));
}

/** As long as the role has never moved nobody knows which of two writable servers is right. */
function secondWriters({ entry, others }: Grounds): Finding[] {
  if (entry !== undefined) return [];
  return others
    .filter(({ facts }) => !facts.readOnly)
    .map(({ label }) =>
      checkOn(label, "second-writer", "one writable server").blocker(
        "it accepts writes, as the primary does (read_only is OFF)",
        "find out what writes there; then SET GLOBAL super_read_only = ON there, and run again",
      ),
    );
}

/**
 * Only a fence of our own is lifted: one that somebody else put up has a reason that nobody here knows. And only where no
 * member that does not answer could have become the primary meanwhile.
 */
function planUnfence(grounds: Grounds): { steps: Step[]; findings: Finding[]; entry: number | undefined } {
  const { main, entry, observed, without } = grounds;
  const { facts, label, name } = main;
  const nothing = { steps: [], findings: [], entry: undefined };
  if (!facts.readOnly && !facts.superReadOnly) return nothing;
  if (grounds.unfence === "restart" && !main.isFencedByRestart) return nothing;
  const check = checkOn(label, "primary-writable", "a primary that accepts writes");
  if (entry === undefined && !main.autoUnfence.isDefined && !main.isFencedByRestart) {
    const seen = `it is read-only (super_read_only is ${onOff(facts.superReadOnly)}), and no failover, switchover or restart did that`;
    const fix =
      "find out who made it read-only; if it is the primary: SET GLOBAL super_read_only = OFF, read_only = OFF, then run again";
    return { ...nothing, findings: [check.blocker(seen, fix)] };
  }
  const rivals = rivalsOf(grounds);
  if (rivals.length > 0) {
    const seen = `it is read-only, and stays so while ${rivals.join(" and ")} might be the primary meanwhile`;
    const fix = `bring them back, or leave them out: \`ferry failover --confirm ${name} --without ${rivals.join(" ")}\``;
    return { ...nothing, findings: [check.blocker(seen, fix)] };
  }
  // Somebody left out may have become the primary by an entry that nobody else has; an entry of its own, with a number above
  // that one's, lets this server win when that one is back.
  const unseen = countUnseen(observed, without);
  const number = unseen > 0 ? nextNumber(entry, unseen) : undefined;
  const own = number === undefined ? [] : ownEntry(grounds, number);
  const [superReadOnly, readOnly] = UNFENCE;
  const [next = readOnly, ...rest] = [...own, readOnly];
  return {
    steps: [{ kind: "unfence", member: name, statements: [superReadOnly, next, ...rest] }],
    findings: [],
    entry: number,
  };
}

/**
 * Members that do not answer and may be the primary where nobody else could see it. None where the fail-safe runs, which is
 * about to lift the fence by itself, and none behind a switchover that was committed and not completed, as long as the former
 * primary answers: nobody could have been promoted beside it.
 */
function rivalsOf({ main, entry, observed, without }: Grounds): string[] {
  const isFormerHere = reachableMembers(observed).some(({ facts }) => facts.serverUuid === entry?.previousUuid);
  if (main.autoUnfence.threads.length > 0 || (entry?.probed === false && isFormerHere)) return [];
  return Object.values(observed.members).flatMap(({ name, reachable }) =>
    reachable || without.includes(name) ? [] : [name],
  );
}

function ownEntry({ journal, entry }: Grounds, number: number): Statement[] {
  const eventScheduler = entry?.eventScheduler ?? "ON";
  return [...journal, insertOwnEntry({ number, previousUuid: UNKNOWN_UUID, eventScheduler })];
}

function hasAutoUnfence({ autoUnfence }: MemberState): boolean {
  return autoUnfence.isDefined || autoUnfence.threads.length > 0;
}

/** By `ferry watch --failover`: a primary that dies is to come back fenced. A switchover leaves traces of itself, too. */
function isWatched(main: MemberState): boolean {
  const isOpen = !main.facts.readOnly && !main.facts.superReadOnly;
  return isOpen && isPersisted(main, "ON") && !hasAutoUnfence(main) && main.channel === undefined;
}

/**
 * A server that restarts must come up in its role. Until the role has moved, each server's own configuration says so. What
 * persists that a server is writable makes it so at once: never one whose fence stays.
 */
function persisted({ main, others, entry, follow }: Grounds, isUnfenced: boolean): Step[] {
  const isOpen = isUnfenced || (!main.facts.readOnly && !main.facts.superReadOnly);
  const isMeantToBeFenced = main.persisted.super_read_only === "ON" || main.persisted.read_only === "ON";
  const hasMoved = entry !== undefined;
  const isDue = isOpen && !isWatched(main) && (isMeantToBeFenced || (hasMoved && !isPersisted(main, "OFF")));
  return [
    ...(isDue ? [{ kind: "persist", member: main.name, as: "writable" } as const] : []),
    ...others
      .filter((member) => (hasMoved || follow[member.name] !== undefined) && !isPersisted(member, "ON"))
      .map(({ name }) => ({ kind: "persist", member: name, as: "fenced" }) as const),
  ];
}

/** Before the role has moved nobody but the fail-safe knows that event_scheduler was OFF. */
function clearAutoUnfence({ main, entry }: Grounds): Step[] {
  if (!hasAutoUnfence(main)) return [];
  const stopsScheduler = entry === undefined && main.autoUnfence.stopsScheduler && main.facts.eventScheduler === "ON";
  return [{ kind: "clear-auto-unfence", member: main.name, stopsScheduler }];
}

/** Before the first switchover a route may be set by others as they like, as long as it is set and holds nobody. */
function astray(grounds: Grounds): RouteObservation[] {
  const { routes, main, entry } = grounds;
  return routes.filter(
    (route) =>
      route.state !== main.name &&
      (entry !== undefined || route.state !== "elsewhere") &&
      !mayLeadToSuccessor(route, grounds),
  );
}

/**
 * Whether a route is at a server that does not answer and may have become the primary: a former one that has come back
 * does not know yet that it is one; the way to its successor does. Not one that this primary itself has replaced.
 */
function mayLeadToSuccessor({ state }: RouteObservation, { observed, without, entry }: Grounds): boolean {
  if (SERVERLESS.has(state) || without.includes(state)) return false;
  const { members } = observed;
  const member = members[state];
  if (member?.reachable === true) return false;
  if (member === undefined || entry === undefined) return true;
  if (member.expectedUuid !== undefined) return member.expectedUuid !== entry.previousUuid;
  const isFormerHere = reachableMembers(observed).some(({ facts }) => facts.serverUuid === entry.previousUuid);
  const lost = Object.values(members).filter(({ name, reachable }) => !reachable && !without.includes(name));
  return isFormerHere || lost.length > 1;
}

function successors(grounds: Grounds): Finding[] {
  const { routes, main } = grounds;
  return routes
    .filter((route) => mayLeadToSuccessor(route, grounds))
    .map(({ name, state }) =>
      checkOn(name, "traffic-route", `to route to ${main.name}, the primary`).blocker(
        `it routes to ${state}, as after a failover or a switchover that made that the primary, and ${state} does not answer here`,
        `see who is the primary (\`ferry status\`); if it is ${main.name}, change the route by hand, or leave ${state} out: \`ferry failover --without ${state}\`; nothing has been changed`,
      ),
    );
}

/** A primary follows nobody: what it has of a channel is left from before, or from the test of reverse replication. */
function planForget({ main, entry }: Grounds): { steps: Step[]; findings: Finding[] } {
  const { channel, source, name, label } = main;
  if (channel === undefined) return { steps: [], findings: [] };
  if (entry !== undefined || source !== undefined || channel.receiver === "OFF") {
    return { steps: [{ kind: "forget-channel", member: name }], findings: [] };
  }
  const finding = checkOn(label, "primary-channel", "a primary that follows nobody").blocker(
    `${name} is the primary, and has a channel to ${channel.host}:${channel.port}, which is none of the members`,
    "if it is no primary, correct the topology; else STOP REPLICA and RESET REPLICA ALL there",
  );
  return { steps: [], findings: [finding] };
}

/**
 * Events run on the primary alone. MySQL disables those that arrive by replication; they were enabled where they came from.
 * Where that server does not answer nobody can ask it, and one that was due may have run there.
 */
function planEvents(grounds: Grounds): { steps: Step[]; findings: Finding[] } {
  const { main, entry, others } = grounds;
  if (entry === undefined) return { steps: [], findings: [] };
  const former = others.find(({ facts }) => facts.serverUuid === entry.previousUuid);
  const due =
    former === undefined ? main.events.filter(isDisabledByReplication) : eventsToEnable(main.events, former.events);
  const mayEnable = ({ lacks, mayHaveRun }: ApplicationEvent) =>
    lacks.length === 0 && !(former === undefined && mayHaveRun);
  return {
    steps: [
      ...others.flatMap((member) => setScheduler(member, "OFF")),
      ...due.filter(mayEnable).map((event) => ({ kind: "enable-event", member: main.name, event }) as const),
      ...setScheduler(main, entry.eventScheduler),
    ],
    findings: due.filter((event) => !mayEnable(event)).map((event) => describeLeft(main.label, event)),
  };
}

/** One that has or had the role is told for after a restart, too: the others' configuration says it. */
function setScheduler({ name, facts, persisted: stored, primaryUuids }: MemberState, value: string): Step[] {
  const isTold = stored.event_scheduler === value || !primaryUuids.includes(facts.serverUuid);
  if (facts.eventScheduler === "DISABLED" || (facts.eventScheduler === value && isTold)) return [];
  return [{ kind: "set-scheduler", member: name, value }];
}

function stopWaiting({ others, follow, observed, entry }: Grounds): Step[] {
  return others.flatMap(({ name, channel, semiSync, facts }): Step[] => {
    const { sourceVariable } = semiSync;
    const isFollowed = reachableMembers(observed).some(({ source }) => source === name);
    const wasPrimary = channel === undefined || facts.serverUuid === entry?.previousUuid;
    if (follow[name] === undefined || !wasPrimary || sourceVariable === undefined || isFollowed) return [];
    return [{ kind: "stop-waiting", member: name, variable: sourceVariable }];
  });
}

/**
 * Only members that follow another server than they are to are repointed, from the primary downwards: a member's new source
 * then is in its last place already, so nobody follows itself at any moment, and everybody keeps a way up to the primary.
 */
function planFollow(
  { observed, main, others, follow }: Grounds,
  diverged: readonly Diverged[],
): { steps: Step[]; findings: Finding[] } {
  const byName = new Map(others.map((member) => [member.name, member]));
  const findings: Finding[] = [];
  const steps = inOrder(follow, main.name).flatMap((name): Step[] => {
    const member = byName.get(name);
    const source = follow[name];
    if (member === undefined || source === undefined || diverged.some((one) => one.member === name)) return [];
    const { channel } = member;
    if (member.source === source) {
      const isInOrder = member.isConfigured && channel !== undefined && isReplicating(channel);
      return isInOrder ? [] : [{ kind: "resume", member: name, source }];
    }
    const edge = checkEdge(member, observed.members[source]);
    findings.push(...edge);
    return edge.some(({ severity }) => severity === "blocker")
      ? []
      : [{ kind: "repoint", member: name, source, former: member.source }];
  });
  return { steps, findings };
}

/** Each member after its new source. */
function inOrder(follow: Readonly<Record<string, string>>, primary: string): string[] {
  const tree: Tree = { ...follow, [primary]: null };
  const below = breadthFirst(tree);
  // Below a member that stays where it is.
  const apart = Object.keys(follow).filter((name) => !below.includes(name));
  return [...below, ...apart.sort((a, b) => ancestorsOf(tree, a).length - ancestorsOf(tree, b).length)];
}

function probe({ main, entry }: Grounds, own: number | undefined): Step[] {
  if (own !== undefined) return [{ kind: "probe", member: main.name, number: own }];
  if (entry === undefined || entry.probed) return [];
  return [{ kind: "probe", member: main.name, number: entry.number }];
}

function onOff(value: boolean): string {
  return value ? "ON" : "OFF";
}
