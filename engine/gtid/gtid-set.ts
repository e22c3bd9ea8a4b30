import { countOf, type Interval, type Intervals, intersect, normalize, subtract, unite } from "./interval.js";
import { parseGtidSet } from "./parse-gtid-set.js";

/** One interval of a set with where it belongs; `tag` is `""` for untagged GTIDs. */
export interface GtidInterval extends Interval {
  /** Lower case, with dashes. */
  readonly uuid: string;
  readonly tag: string;
}

/** `uuid` or `uuid:tag`. Sorting the keys gives the server's order: by UUID, untagged first, then by tag. */
type Key = string;
type Combine = (a: Intervals, b: Intervals) => Intervals;

const NOTHING: Intervals = [];
const UUID_LENGTH = 36;

/** A set of global transaction identifiers, tags of MySQL 8.3 and later included. Immutable. */
export class GtidSet {
  static readonly empty = new GtidSet(new Map());

  /** Only non-empty lists, in the order of their keys. */
  private constructor(private readonly sets: ReadonlyMap<Key, Intervals>) {}

  /** Reads what MySQL takes as a GTID set; anything else is a MalformedGtidSetError. */
  static parse(text: string): GtidSet {
    const entries: [Key, Intervals][] = [];
    for (const [uuid, tags] of parseGtidSet(text)) {
      for (const [tag, intervals] of tags) entries.push([tag === "" ? uuid : `${uuid}:${tag}`, normalize(intervals)]);
    }
    return GtidSet.of(entries);
  }

  union(other: GtidSet): GtidSet {
    return this.combine(other, unite);
  }

  /** What this set has and `other` has not. */
  subtract(other: GtidSet): GtidSet {
    return this.combine(other, subtract);
  }

  intersect(other: GtidSet): GtidSet {
    return this.combine(other, intersect);
  }

  /** Whether every GTID of `other` is in this set. */
  contains(other: GtidSet): boolean {
    return other.subtract(this).isEmpty();
  }

  equals(other: GtidSet): boolean {
    return this.toString() === other.toString();
  }

  isEmpty(): boolean {
    return this.sets.size === 0;
  }

  /** Number of GTIDs. */
  count(): bigint {
    return [...this.sets.values()].reduce((count, intervals) => count + countOf(intervals), 0n);
  }

  /** Intervals in the server's order. */
  *intervals(): Generator<GtidInterval> {
    for (const [key, intervals] of this.sets) {
      const [uuid, tag] = [key.slice(0, UUID_LENGTH), key.slice(UUID_LENGTH + 1)];
      for (const { start, end } of intervals) yield { uuid, tag, start, end };
    }
  }

  /** As the server prints it: UUIDs separated by a comma and a newline, a tag before its intervals. */
  toString(): string {
    let text = "";
    let uuid = "";
    for (const [key, intervals] of this.sets) {
      const own = key.slice(0, UUID_LENGTH);
      if (own !== uuid) text += `${text === "" ? "" : ",\n"}${own}`;
      uuid = own;
      // From the colon on: nothing, or the tag.
      text += key.slice(UUID_LENGTH) + intervals.map(intervalText).join("");
    }
    return text;
  }

  private static of(entries: [Key, Intervals][]): GtidSet {
    const present = entries.filter(([, intervals]) => intervals.length > 0);
    return new GtidSet(new Map(present.sort(([a], [b]) => (a < b ? -1 : 1))));
  }

  private combine(other: GtidSet, combine: Combine): GtidSet {
    const keys = new Set([...this.sets.keys(), ...other.sets.keys()]);
    return GtidSet.of(
      [...keys].map((key) => [key, combine(this.sets.get(key) ?? NOTHING, other.sets.get(key) ?? NOTHING)]),
    );
  }
}

function intervalText({ start, end }: Interval): string {
  return start === end ? `:${start}` : `:${start}-${end}`;
}
