import type { ServerFacts } from "../mysql/index.js";
import type { JournalEntry } from "./journal.js";

/** What a server that answers says of the primary role. */
export interface Witness {
  readonly name: string;
  /** For messages: name and address. */
  readonly label: string;
  readonly reachable: true;
  readonly facts: Pick<ServerFacts, "serverUuid" | "readOnly">;
  /** Newest switchover that this server knows of. */
  readonly lastEntry: JournalEntry | undefined;
  /** server_uuid of everyone who is or was the primary, by this server's journal. */
  readonly primaryUuids: readonly string[];
  /** The member that it replicates from, by name. */
  readonly source?: string | undefined;
  /** `sourceUuid` is `""` before the first connection. */
  readonly channel?: { readonly sourceUuid: string } | undefined;
}

/** A member that was asked and does not answer. */
export interface Absentee {
  readonly name: string;
  readonly label: string;
  readonly reachable: false;
  /** server_uuid that it must have, where that is known. */
  readonly expectedUuid?: string;
}

/** Who has the primary role, as far as those can tell who were asked. */
export type PrimaryStatus =
  /** It answers. Whether it accepts writes is another question. */
  | { readonly kind: "reachable"; readonly name: string; readonly entry: JournalEntry | undefined }
  /** It does not answer; its server_uuid is undefined when nobody knows it. */
  | {
      readonly kind: "unreachable";
      readonly name: string;
      readonly uuid: string | undefined;
      readonly entry: JournalEntry | undefined;
    }
  | ({ readonly kind: "unknown"; readonly entry: JournalEntry | undefined } & Riddle)
  /** The journal came with the data: none of those who were asked has any part in it. */
  | ({ readonly kind: "foreign"; readonly entry: JournalEntry } & Riddle);

/** Why there is no telling. */
export interface Riddle {
  readonly seen: string;
  readonly next: string;
}

/**
 * Who is the primary: whom the newest journal entry of all names, and as long as there is none who is `declared` to be, e.g.
 * the root of a tree. A replica that somebody has made writable is never taken for the primary; where it accepts writes and
 * the declared primary does not, there is no telling before a person has said which of them is right.
 */
export function primaryOf(members: readonly (Witness | Absentee)[], declared: string | undefined): PrimaryStatus {
  const witnesses = members.filter((member) => member.reachable);
  const absentees = members.filter((member) => !member.reachable);
  const entry = newestEntry(members);
  if (entry === undefined) return declaredPrimary(witnesses, absentees, declared);
  const rival = witnesses.find(({ lastEntry }) => isRival(lastEntry, entry));
  if (rival !== undefined) return splitBrain(entry, rival);
  const named = witnesses.find(({ facts }) => facts.serverUuid === entry.primaryUuid);
  if (named !== undefined) return { kind: "reachable", name: named.name, entry };
  const uuids = members.map(({ label, name, ...member }) =>
    member.reachable ? `${member.facts.serverUuid} (${label})` : `${name}, which does not answer`,
  );
  const entrySeen = `switchover ${entry.number} of ${entry.committedAt} UTC made ${entry.primaryUuid} the primary`;
  const participants = new Set(witnesses.flatMap(({ primaryUuids }) => primaryUuids));
  if (absentees.length === 0 && !witnesses.some(({ facts }) => participants.has(facts.serverUuid))) {
    const seen = `${entrySeen}, and neither that server nor any before it is one of ${uuids.join(", ")}`;
    return { kind: "foreign", entry, seen, next: FOREIGN };
  }
  const known = absentees.map((absentee) => ({ absentee, uuids: uuidsOf(witnesses, absentee) }));
  const certain = known.filter(({ uuids: learned }) => learned.includes(entry.primaryUuid));
  const possible = known.filter(({ uuids: learned }) => learned.length === 0);
  const [only, ...others] = certain.length > 0 ? certain : possible;
  if (only !== undefined && (certain.length > 0 || others.length === 0)) {
    return { kind: "unreachable", name: only.absentee.name, uuid: entry.primaryUuid, entry };
  }
  const seen =
    possible.length === 0
      ? `${entrySeen}, which is none of ${uuids.join(", ")}`
      : `${entrySeen}, which may be ${possible.map(({ absentee }) => absentee.name).join(" or ")}`;
  return { kind: "unknown", entry, seen, next: possible.length === 0 ? ELSEWHERE : BRING_BACK };
}

/** The newest committed switchover that any of them knows of. */
export function newestEntry(members: readonly (Witness | Absentee)[]): JournalEntry | undefined {
  return members
    .flatMap((member) => (member.reachable && member.lastEntry !== undefined ? [member.lastEntry] : []))
    .sort((a, b) => b.number - a.number)[0];
}

/** Why no primary is within reach; undefined where one is. */
export function whyNoPrimary(status: PrimaryStatus): Riddle | undefined {
  switch (status.kind) {
    case "reachable":
      return undefined;
    case "unreachable":
      return {
        seen: `${status.name} is the primary${status.entry === undefined ? "" : ` since switchover ${status.entry.number}`}, and does not answer`,
        next: "see why it does not answer; if it is dead, this is a case for `ferry failover`",
      };
    default:
      return { seen: status.seen, next: status.next };
  }
}

/** Whether this member has the primary role and answers. */
export function isPrimary(status: PrimaryStatus, name: string): boolean {
  return status.kind === "reachable" && status.name === name;
}

const FOREIGN =
  "check the addresses; if the journal came with the data of another migration, DROP TABLE gtid_ferry.switchover";
const ELSEWHERE =
  "check the addresses; if a replica has become the primary, give the role back by `ferry switchover --to source` or `--to target`, or, if that replica is dead, by `ferry failover`";
const BRING_BACK = "bring them back, or see by `ferry status` which of them it is";

function declaredPrimary(
  witnesses: readonly Witness[],
  absentees: readonly Absentee[],
  declared: string | undefined,
): PrimaryStatus {
  const entry = undefined;
  const named = witnesses.find(({ name }) => name === declared);
  const lost = absentees.find(({ name }) => name === declared);
  if (lost !== undefined) {
    return { kind: "unreachable", name: lost.name, uuid: uuidsOf(witnesses, lost)[0], entry };
  }
  if (named === undefined) {
    return {
      kind: "unknown",
      entry,
      seen: "no switchover is in a journal, and no primary is declared",
      next: BRING_BACK,
    };
  }
  const writers = witnesses.filter(({ name, facts }) => name !== declared && !facts.readOnly);
  if (!named.facts.readOnly || writers.length === 0) return { kind: "reachable", name: named.name, entry };
  return {
    kind: "unknown",
    entry,
    seen: `${named.label} is declared to be the primary and is read-only, and ${writers.map(({ label }) => label).join(" and ")} accepts writes`,
    next: `find out which of them is the primary: SET GLOBAL super_read_only = ON on what should be a replica; to make ${named.name} the primary instead of one that is it, \`ferry switchover --to ${named.name}\``,
  };
}

/** Two switchovers of one number that made different servers the primary. */
function isRival(entry: JournalEntry | undefined, newest: JournalEntry): boolean {
  return entry !== undefined && entry.number === newest.number && entry.primaryUuid !== newest.primaryUuid;
}

function splitBrain(entry: JournalEntry, { label, lastEntry }: Witness): PrimaryStatus {
  return {
    kind: "unknown",
    entry,
    seen: `split brain: switchover ${entry.number} made ${entry.primaryUuid} the primary, and ${lastEntry?.primaryUuid} by the journal of ${label}`,
    next: "stop writes to both, decide which of them stays, and rebuild the other",
  };
}

/** What is known of a member that does not answer: what it must have, and what the channels of its replicas have learned. */
function uuidsOf(witnesses: readonly Witness[], { name, expectedUuid }: Absentee): string[] {
  const learned = witnesses.flatMap(({ source, channel }) =>
    source === name && channel !== undefined && channel.sourceUuid !== "" ? [channel.sourceUuid] : [],
  );
  return expectedUuid === undefined ? learned : [expectedUuid, ...learned];
}
