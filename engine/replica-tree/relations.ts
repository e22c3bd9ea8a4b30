import type { ReplicationEnd } from "../replication/index.js";
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
