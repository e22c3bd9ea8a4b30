import type { ChannelState, ReceivedTransactions, ReplicationLag } from "../channel/index.js";
import type { ApplicationEvent } from "../events/index.js";
import type { AutoUnfence } from "../fence/index.js";
import type { ServerFacts } from "../mysql/index.js";
import type { JournalEntry } from "./journal.js";

/** Semi-synchronous replication as one server has it; all false where the plugin is not there. */
export interface SemiSync {
  /** Whether commits here wait for a replica's acknowledgement, if this server is a source. */
  readonly isSourceEnabled: boolean;
  /** The variable that makes them wait, where it is ON; its name depends on the plugin. */
  readonly sourceVariable?: string;
  /** Whether they wait now; a source falls back to asynchronous replication after a timeout. */
  readonly isSourceActive: boolean;
  /** Whether this server acknowledges what it receives, if it is a replica. */
  readonly isReplicaEnabled: boolean;
  readonly isReplicaActive: boolean;
}

/** What one member said of itself. GTID sets are texts, `""` is none. */
export interface MemberReport extends ReceivedTransactions {
  readonly name: string;
  /** For messages: name and address. */
  readonly label: string;
  readonly reachable: true;
  /** server_uuid, version, read_only, event_scheduler, gtid_executed, gtid_purged, log_bin and so on. */
  readonly facts: ServerFacts;
  /** The topology's channel on this member. */
  readonly channel: ChannelState | undefined;
  readonly otherChannels: readonly string[];
  /** Values of read_only, super_read_only and event_scheduler in mysqld-auto.cnf, by name. */
  readonly persisted: Readonly<Record<string, string>>;
  /** Whether it is read-only since its start, by what was persisted, and not because somebody has made it so. */
  readonly isFencedByRestart: boolean;
  readonly autoUnfence: AutoUnfence;
  /** The application's. */
  readonly events: readonly ApplicationEvent[];
  readonly semiSync: SemiSync;
  /** Newest switchover that this member knows of. */
  readonly lastEntry: JournalEntry | undefined;
  /** server_uuid of everyone who is or was the primary, by this member's journal. */
  readonly primaryUuids: readonly string[];
}

/** How a member compares with the primary. */
export interface Comparison {
  /** Behind the primary; undefined for the primary itself, and when it could not be compared with one. */
  readonly lag: ReplicationLag | undefined;
  /** Proven not to be on the primary; `""` is none, undefined when it could not be compared with one. */
  readonly errant: string | undefined;
  /** Why it could not be compared with the primary, if there is one. */
  readonly uncompared?: string;
}

/** A member that answers, and its place in the topology. */
export interface MemberState extends MemberReport, Comparison {
  /** The member that its channel reads from, by name; undefined without a channel, or when it is none of them. */
  readonly source: string | undefined;
  /** Whether the channel has the account, password, TLS and times that the request has for that source. */
  readonly isConfigured: boolean;
}

/** A member of which nothing is known now. */
export interface LostMember {
  readonly name: string;
  readonly label: string;
  readonly reachable: false;
  /** What was seen instead of an answer. */
  readonly seen: string;
  /** Whether its host said that no server listens there; else it may live behind a network that is lost. */
  readonly isRefused: boolean;
  /** server_uuid that it must have, where that is known. */
  readonly expectedUuid?: string;
  /** What the attempt to reach it threw. */
  readonly failure: unknown;
}

export type SeenMember = MemberState | LostMember;

/** Whether a server that restarts comes up fenced, or writable, by what is persisted. */
export function isPersisted({ persisted }: Pick<MemberReport, "persisted">, value: "ON" | "OFF"): boolean {
  return persisted.super_read_only === value && persisted.read_only === value;
}
