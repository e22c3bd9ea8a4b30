import type { GtidSet } from "../gtid/index.js";

/** Fewer characters are typed too easily. */
export const CONFIRMATION_CHARACTERS = 8;

/**
 * The UUIDs of a set that have not been confirmed by what the user typed: the first 8 or more characters of each,
 * separated by commas or blanks.
 */
export function unconfirmedUuids(gtids: GtidSet, typed: string): string[] {
  const words = typed
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((word) => word.length >= CONFIRMATION_CHARACTERS);
  const uuids = new Set([...gtids.intervals()].map(({ uuid }) => uuid));
  return [...uuids].filter((uuid) => !words.some((word) => uuid.startsWith(word)));
}
