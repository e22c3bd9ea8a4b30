import type { JournalEntry, ObservedTopology } from "../topology/index.js";

/** server_uuid of a primary that nobody could ask who it is, or that there was none. */
export const UNKNOWN_UUID = "00000000-0000-0000-0000-000000000000";

/** How many members were left out that do not answer. */
export function countUnseen({ members }: ObservedTopology, without: readonly string[]): number {
  return without.filter((name) => members[name]?.reachable !== true).length;
}

/** The number of the next entry, above what each server out of sight may have written since: the newest entry counts. */
export function nextNumber(entry: JournalEntry | undefined, unseen: number): number {
  return (entry?.number ?? 0) + 1 + unseen;
}
