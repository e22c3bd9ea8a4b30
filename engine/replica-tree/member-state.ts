import type { ChannelState, ReceivedTransactions } from "../channel/index.js";
import type { ServerFacts } from "../mysql/index.js";
import type { JournalEntry } from "../topology/index.js";

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
export interface MemberState extends ReceivedTransactions {
  readonly name: string;
  /** For messages: name and address. */
  readonly label: string;
  readonly reachable: true;
  /** server_uuid, version, read_only, gtid_executed, gtid_purged, log_bin and so on. */
  readonly facts: ServerFacts;
  /** The tree's channel on this member. */
  readonly channel: ChannelState | undefined;
  readonly otherChannels: readonly string[];
  /** Values of read_only and super_read_only in mysqld-auto.cnf, by name. */
  readonly persisted: Readonly<Record<string, string>>;
  readonly semiSync: SemiSync;
  /** Newest switchover that this member knows of. */
  readonly lastEntry: JournalEntry | undefined;
  /** server_uuid of everyone who is or was the primary, by this member's journal. */
  readonly primaryUuids: readonly string[];
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
}
