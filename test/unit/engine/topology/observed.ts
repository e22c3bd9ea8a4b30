import type { ChannelState } from "../../../../engine/channel/index.js";
import type { ServerFacts } from "../../../../engine/mysql/index.js";
import {
  type LostMember,
  type MemberState,
  type ObservedTopology,
  primaryOf,
  type SeenMember,
} from "../../../../engine/topology/index.js";
import { runningChannel } from "../fixtures/channels.js";
import { serverFacts } from "../fixtures/server-facts.js";

/** A server's uuid by its place among the members. */
export const uuidOf = (index: number) => `${index.toString(16).padStart(8, "0")}-e532-11f1-a3ef-02fc00000001`;

const NO_SEMI_SYNC = {
  isSourceEnabled: false,
  isSourceActive: false,
  isReplicaEnabled: false,
  isReplicaActive: false,
};

export type FactsChanges = Readonly<Record<string, Partial<ServerFacts>>>;
export type MemberChanges = Readonly<Record<string, Partial<Omit<MemberState, "facts" | "reachable">>>>;

/**
 * A tree where all is well: everybody follows whom `sources` says, or nobody (null), and is caught up. The first is the
 * primary. `facts` and `members` change what single servers say.
 */
export function observedTree(
  sources: Readonly<Record<string, string | null>>,
  facts: FactsChanges = {},
  members: MemberChanges = {},
): ObservedTopology {
  const names = Object.keys(sources);
  const [primary] = names;
  const placed = names.map((name, index): [string, SeenMember] => {
    const source = sources[name] ?? undefined;
    return [
      name,
      {
        name,
        label: `${name} 10.0.0.${index + 1}:3306`,
        reachable: true,
        facts: { ...factsOf(name, index, name === primary), ...facts[name] },
        channel: source === undefined ? undefined : channelTo(names.indexOf(source)),
        otherChannels: [],
        received: "",
        delaySeconds: 0,
        persisted: name === primary ? {} : { read_only: "ON", super_read_only: "ON" },
        isFencedByRestart: false,
        autoUnfence: { isDefined: false, stopsScheduler: false, threads: [] },
        events: [],
        semiSync: NO_SEMI_SYNC,
        lastEntry: undefined,
        primaryUuids: [],
        source,
        isConfigured: source !== undefined,
        lag: name === primary ? undefined : { missing: "", seconds: 0 },
        errant: "",
        ...members[name],
      },
    ];
  });
  return treeOf(Object.fromEntries(placed), primary);
}

/** What those members make of it who are there; `declared` is the primary as long as no journal has an entry. */
export function treeOf(members: ObservedTopology["members"], declared: string | undefined): ObservedTopology {
  const witnesses = Object.values(members).map((member) => (member.reachable ? withJournal(member) : member));
  const status = primaryOf(witnesses, declared);
  const primary = status.kind === "reachable" ? status.name : undefined;
  return { channel: "ferry", status, primary, members };
}

/** Whoever knows an entry knows whom it names. */
function withJournal(member: MemberState): MemberState {
  const { lastEntry, primaryUuids } = member;
  if (lastEntry === undefined || primaryUuids.length > 0) return member;
  return { ...member, primaryUuids: [lastEntry.primaryUuid, lastEntry.previousUuid] };
}

export function channelTo(index: number, changes: Partial<ChannelState> = {}): ChannelState {
  return runningChannel(`10.0.0.${index + 1}`, { sourceUuid: uuidOf(index), ...changes });
}

function factsOf(name: string, index: number, isPrimary: boolean): ServerFacts {
  return serverFacts({
    label: name,
    serverUuid: uuidOf(index),
    serverId: index + 1,
    gtidExecuted: `${uuidOf(0)}:1-100`,
    gtidPurged: `${uuidOf(0)}:1-10`,
    readOnly: !isPrimary,
    superReadOnly: !isPrimary,
    eventScheduler: isPrimary ? "ON" : "OFF",
  });
}

/** A member that does not answer. */
export function lostMember(name: string): LostMember {
  return { name, label: name, reachable: false, seen: "ETIMEDOUT", isRefused: false, failure: new Error("ETIMEDOUT") };
}
