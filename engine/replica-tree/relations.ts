import type { Obstacle } from "../channel/index.js";
import type { ReplicationEnd } from "../replication/index.js";
import type { JournalEntry } from "../topology/index.js";
import type { LostMember, MemberState } from "./member-state.js";
import type { TreeRequest } from "./request.js";

export type SeenMember = MemberState | LostMember;

export function reachableMembers(members: readonly SeenMember[]): MemberState[] {
  return members.filter((member) => member.reachable);
}

/**
 * The member that a channel reads from, by name; undefined when it is none of them. While the receiver runs the server
 * behind the address has said who it is; before that, and after a change of the address, only the address counts.
 */
export function sourceOf(
  member: MemberState,
  members: readonly SeenMember[],
  ends: TreeRequest["members"],
): string | undefined {
  const { channel } = member;
  if (channel === undefined) return undefined;
  const byUuid = reachableMembers(members).find(({ facts }) => facts.serverUuid === channel.sourceUuid)?.name;
  const byAddress = Object.entries(ends).find(([, { address }]) => isAt(channel, address))?.[0];
  return channel.receiver === "ON" ? (byUuid ?? byAddress) : (byAddress ?? byUuid);
}

function isAt(channel: { readonly host: string; readonly port: number }, address: ReplicationEnd["address"]): boolean {
  return channel.host === address.host && channel.port === address.port;
}

/** The newest committed switchover that any of them knows of. */
export function newestEntry(members: readonly SeenMember[]): JournalEntry | undefined {
  return reachableMembers(members)
    .flatMap(({ lastEntry }) => (lastEntry === undefined ? [] : [lastEntry]))
    .sort((a, b) => b.number - a.number)[0];
}

/** The present primary by name, or why it cannot be told. */
export type PrimaryRole = { readonly name: string } | { readonly obstacle: Obstacle };

/** Who is the primary: as the newest journal entry says, and before the first switchover the only writable member. */
export function presentPrimary(members: readonly SeenMember[]): PrimaryRole {
  const reachable = reachableMembers(members);
  const entry = newestEntry(members);
  if (entry !== undefined) {
    const named = reachable.find(({ facts }) => facts.serverUuid === entry.primaryUuid);
    if (named !== undefined) return { name: named.name };
    return {
      obstacle: {
        seen: `switchover ${entry.number} of ${entry.committedAt} UTC made ${entry.primaryUuid} the primary, and no reachable member is that server`,
        wanted: "the primary among the reachable members",
        next: "see why it does not answer; if it is dead, this is a case for `ferry failover`",
      },
    };
  }
  const writable = reachable.filter(({ facts }) => !facts.readOnly);
  const [only] = writable;
  if (only !== undefined && writable.length === 1) return { name: only.name };
  return {
    obstacle: {
      seen: only === undefined ? "no reachable member accepts writes" : `${listed(writable)} accept writes`,
      wanted: "one writable server, the primary",
      next:
        only === undefined
          ? "see what made the primary read-only or unreachable; if it is dead, this is a case for `ferry failover`"
          : "find out what writes to those that should be replicas, then SET GLOBAL super_read_only = ON there",
    },
  };
}

function listed(members: readonly MemberState[]): string {
  return members.map(({ name }) => name).join(" and ");
}
