import { newestEntry, type ObservedTree, type PlacedMember, rootOf, type Tree } from "../replica-tree/index.js";
import type { JournalEntry } from "../topology/index.js";
import { isNetworkError } from "./confirm-dead.js";

/** What is known of the primary before anybody has tried to revive or replace it. */
export type Standing =
  /** It answers. Whether it accepts writes is another question. */
  | { readonly kind: "here"; readonly name: string; readonly entry: JournalEntry | undefined }
  /** It does not answer; its server_uuid is undefined when nobody knows it. */
  | {
      readonly kind: "away";
      readonly name: string;
      readonly uuid: string | undefined;
      readonly entry: JournalEntry | undefined;
    }
  | { readonly kind: "unknown"; readonly seen: string };

export type Here = Extract<Standing, { kind: "here" }>;
export type Away = Extract<Standing, { kind: "away" }>;

export function reachable({ members }: ObservedTree): PlacedMember[] {
  return Object.values(members).filter((member) => member.reachable);
}

/**
 * Who is the primary: as the newest journal entry says, and as the declared tree says while there is none. A replica that
 * somebody has made writable is never taken for it.
 */
export function primaryStanding(observed: ObservedTree, tree: Tree): Standing {
  const entry = newestEntry(Object.values(observed.members));
  if (entry === undefined) {
    const root = rootOf(tree);
    if (root === undefined) return { kind: "unknown", seen: "the tree has no root" };
    if (observed.members[root]?.reachable === true) return { kind: "here", name: root, entry };
    return { kind: "away", name: root, uuid: learnedUuids(observed, root)[0], entry };
  }
  const here = reachable(observed).find(({ facts }) => facts.serverUuid === entry.primaryUuid);
  if (here !== undefined) return { kind: "here", name: here.name, entry };
  const lost = Object.values(observed.members).filter((member) => !member.reachable);
  const named = lost.filter(({ name }) => learnedUuids(observed, name).includes(entry.primaryUuid));
  const nameless = lost.filter(({ name }) => learnedUuids(observed, name).length === 0);
  const [only, ...others] = named.length > 0 ? named : nameless;
  if (only !== undefined && (named.length > 0 || others.length === 0)) {
    return { kind: "away", name: only.name, uuid: entry.primaryUuid, entry };
  }
  return {
    kind: "unknown",
    seen: `entry ${entry.number} of the journal, of ${entry.committedAt} UTC, made ${entry.primaryUuid} the primary, and ${
      nameless.length === 0 ? "no member is that server" : `it may be ${nameless.map(({ name }) => name).join(" or ")}`
    }`,
  };
}

/** What the channels of its replicas know of a member that does not answer. */
function learnedUuids(observed: ObservedTree, name: string): string[] {
  return reachable(observed).flatMap(({ source, channel }) =>
    source === name && channel !== undefined && channel.sourceUuid !== "" ? [channel.sourceUuid] : [],
  );
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
