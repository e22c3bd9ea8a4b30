import type { ObservedTree, PlacedMember } from "../replica-tree/index.js";
import type { PrimaryStatus } from "../topology/index.js";
import { isNetworkError } from "./confirm-dead.js";

export type Here = Extract<PrimaryStatus, { kind: "reachable" }>;
export type Away = Extract<PrimaryStatus, { kind: "unreachable" }>;

export function reachable({ members }: ObservedTree): PlacedMember[] {
  return Object.values(members).filter((member) => member.reachable);
}

/**
 * Whether a failover has stopped its receiver and got no further: who stops a replica by hand stops its applier too. The
 * error of its last attempt to connect stays.
 */
export function wasLeftStopped({ channel }: PlacedMember): boolean {
  const error = channel?.receiverError;
  const isUnharmed = error === undefined || isNetworkError(error.number);
  return channel?.receiver === "OFF" && isUnharmed && channel.applier === "ON";
}
