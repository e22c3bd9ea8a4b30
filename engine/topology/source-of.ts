import type { ChannelSource, ChannelState } from "../channel/index.js";
import type { LostMember, MemberReport } from "./member.js";
import type { Topology } from "./request.js";

/**
 * The member that a channel reads from, by name; undefined when it is none of them. While the receiver runs the server
 * behind the address has said who it is; before that, and after a change of the address, only the address counts.
 */
export function sourceOf(
  { channel }: MemberReport,
  reports: readonly (MemberReport | LostMember)[],
  members: Topology["members"],
): string | undefined {
  if (channel === undefined) return undefined;
  const byUuid = reports.find((other) => other.reachable && other.facts.serverUuid === channel.sourceUuid)?.name;
  const byAddress = Object.entries(members).find(([, { address }]) => isAt(channel, address))?.[0];
  return channel.receiver === "ON" ? (byUuid ?? byAddress) : (byAddress ?? byUuid);
}

function isAt(channel: Pick<ChannelState, "host" | "port">, address: ChannelSource | undefined): boolean {
  return channel.host === address?.host && channel.port === address.port;
}
