import type { ReleaseRecord } from "./record.js";

export function newest<T extends ReleaseRecord>(records: readonly T[]): T | undefined {
  return [...records].sort((one, other) => other.revision - one.revision)[0];
}

/**
 * The revision that a killed run has left such that Helm lets nobody go on: locked ("another operation is in progress"),
 * or deployed and unknown to the stack's state, so that it would be installed again ("cannot re-use a name that is still
 * in use"). With status `failed` Helm both installs over it and updates it, whichever of them Pulumi does next. A
 * release that this stack has not installed is left alone: it may be a database that is in use.
 */
export function leftBehind<T extends ReleaseRecord>(owner: string, records: readonly T[]): T | undefined {
  const last = newest(records);
  if (last === undefined || last.owner !== owner) return undefined;
  if (last.status.startsWith("pending-")) return last;
  const isUnknown = last.status === "deployed" && !records.some(({ isRecorded }) => isRecorded);
  return isUnknown ? last : undefined;
}
