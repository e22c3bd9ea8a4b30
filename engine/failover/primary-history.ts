import { GtidSet } from "../gtid/index.js";

/** What decides whether a transaction came from the primary. */
export interface HistoryGrounds {
  /** server_uuid of the primary that is gone; undefined when nobody knows it. */
  readonly primaryUuid: string | undefined;
  /** gtid_executed of the primary before it, when the role moved: everything of earlier primaries. */
  readonly finalGtidSet: GtidSet;
  readonly replicas: readonly ReplicaHistory[];
}

export interface ReplicaHistory {
  readonly executed: GtidSet;
  readonly received: GtidSet;
  readonly purged: GtidSet;
  /** Whether its channel read from the primary itself. */
  readonly followsPrimary: boolean;
}

/**
 * Every transaction that is proven to be the primary's: those with its own UUID, what it had when it became the primary,
 * what came from it through a channel, and what all replicas have. A single replica has nobody to agree with: there it is
 * what it has no binary log of any more, because it was restored with it.
 */
export function primaryHistory({ primaryUuid, finalGtidSet, replicas }: HistoryGrounds): GtidSet {
  const everything = replicas.reduce(
    (all, { executed, received }) => all.union(executed).union(received),
    GtidSet.empty,
  );
  const own = primaryUuid === undefined ? GtidSet.empty : ofUuid(everything, primaryUuid);
  const received = replicas.reduce(
    (all, replica) => (replica.followsPrimary ? all.union(replica.received) : all),
    GtidSet.empty,
  );
  return own.union(finalGtidSet).union(received).union(agreed(replicas));
}

function agreed(replicas: readonly ReplicaHistory[]): GtidSet {
  const [first, ...others] = replicas;
  if (first === undefined) return GtidSet.empty;
  if (others.length === 0) return first.purged;
  return others.reduce((common, { executed }) => common.intersect(executed), first.executed);
}

/** The part of a set that one server has made. */
function ofUuid(set: GtidSet, uuid: string): GtidSet {
  const wanted = uuid.toLowerCase();
  const texts: string[] = [];
  for (const interval of set.intervals()) {
    if (interval.uuid !== wanted) continue;
    const tag = interval.tag === "" ? "" : `:${interval.tag}`;
    texts.push(`${interval.uuid}${tag}:${interval.start}-${interval.end}`);
  }
  return GtidSet.parse(texts.join(","));
}
