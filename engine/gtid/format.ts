import type { GtidSet } from "./gtid-set.js";

/** A set without white space, as `SET GLOBAL gtid_purged` and messages have it. */
export function formatGtidSet(set: GtidSet): string {
  return set.toString().replaceAll("\n", "");
}
