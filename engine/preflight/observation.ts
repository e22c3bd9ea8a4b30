import type { Account, ServerFacts, TableName } from "../mysql/index.js";
import type { Listing, Seen } from "./listing.js";
import type { PlannedTarget } from "./planned-target.js";

export type Role = "source" | "target";
export type BackupMethod = "xtrabackup" | "clone";
/** `switchover`: the "source" of the checks is the primary, the "target" the replica that is to take its place. */
export type PreflightPurpose = "prepare" | "replicate" | "switchover";

/** What the migration intends, as far as the checks depend on it. */
export interface PreflightContext {
  readonly purpose: PreflightPurpose;
  /** How messages name the two servers. @default { source: "source", target: "target" } */
  readonly names?: Readonly<Record<Role, string>>;
  readonly expectedSourceUuid?: string;
  readonly replicationAccount?: Account;
  /** Whether an account of that name was created by this migration. @default false */
  readonly replicationAccountIsOurs?: boolean;
  readonly backupMethod?: BackupMethod;
  /** The keyring component that the restored server is given, e.g. `component_keyring_file`. */
  readonly targetKeyring?: string;
  readonly wantedBinlogRetentionSeconds?: number;
  /** Whether the channel uses TLS. @default true */
  readonly replicationUsesTls?: boolean;
  /** What the target will be, as long as there is none to look at. */
  readonly plannedTarget?: PlannedTarget;
}

export interface TableEngine extends TableName {
  /** Null for a table that the server cannot open. */
  readonly engine: string | null;
}

/** Where a table was changed by INSTANT: how many row versions it has, and columns added the way of before 8.0.29. */
export interface InstantTable extends TableName {
  readonly rowVersions: number;
  readonly instantColumns: number;
}

/** A tablespace whose file a restore would put back at the source's path. */
export interface StrayTablespace {
  /** `schema/table`, with a partition's suffix, or the name of a general tablespace. */
  readonly name: string;
  readonly path: string;
}

export interface AccountPlugin extends Account {
  readonly plugin: string;
}

/** A session as its server sees it. */
export interface SessionLogin {
  readonly user: string;
  /** Address or name that the server has for the client. */
  readonly host: string;
  /** What the login was matched to. */
  readonly account: Account;
}

/** An account that a login could be matched to. */
export interface LoginAccount extends Account {
  readonly isLocked: boolean;
  readonly isExpired: boolean;
  /** Null for a password that does not expire; negative for one that has. */
  readonly expiresInDays: number | null;
  /** Whether it has limits of statements or connections of its own. */
  readonly isLimited: boolean;
}

export interface PlainSessions {
  readonly user: string;
  readonly sessions: number;
}

/** An enabled event of another account than the administrator's. */
export interface EventOwner extends EventName {
  /** `user@host`. */
  readonly definer: string;
  /** Whether there is such an account. */
  readonly exists: boolean;
}

/** Something that a server has loaded from a file in its plugin directory. */
export interface LoadedLibrary {
  readonly kind: "plugin" | "component" | "function";
  readonly name: string;
  /** Of a plugin, e.g. `AUTHENTICATION`; empty for the others. */
  readonly type: string;
  /** File name, or the component's URN. */
  readonly file: string;
}

/** How many accounts log in by a plugin, and whether the server has it. */
export interface AuthenticationPlugin {
  readonly plugin: string;
  readonly accounts: number;
  readonly isActive: boolean;
}

export interface EventName {
  readonly schema: string;
  readonly name: string;
}

export interface ReplicationSource {
  readonly channel: string;
  readonly host: string;
  readonly port: number;
  /** Empty until the channel has been connected once. */
  readonly sourceUuid: string;
}

export interface ReplicationFilter {
  readonly channel: string;
  readonly name: string;
  readonly rule: string;
}

export interface BinlogFilter {
  readonly doDatabases: string;
  readonly ignoreDatabases: string;
}

export interface LongTransaction {
  /** 0 for a prepared transaction without a session. */
  readonly sessionId: number;
  readonly ageSeconds: number;
}

/** A statement that other work waits for: DDL in progress, or a lock on the server or on a table. */
export interface Obstruction {
  readonly sessionId: number;
  /** E.g. `alter_table`, `LOCK TABLES on app.orders`, `LOCK INSTANCE FOR BACKUP`. */
  readonly what: string;
}

export interface SessionVariable {
  readonly sessionId: number;
  readonly name: string;
  readonly value: string;
}

/** All that one pass over a server sees. What privileges or time did not allow to see says so itself. */
export interface ServerObservation {
  readonly label: string;
  readonly role: Role;
  readonly facts: ServerFacts;
  /** All global variables by lower-case name; those the version does not have are absent. */
  readonly variables: ReadonlyMap<string, string>;
  /** Names of those that were set since the program was compiled. */
  readonly variablesSet: ReadonlySet<string>;
  /** Status values by lower-case name. */
  readonly status: ReadonlyMap<string, string>;
  /** Plugin name to status, for the plugins that matter here; those not installed are absent. */
  readonly plugins: ReadonlyMap<string, string>;
  readonly login: SessionLogin;
  /** Accounts of the administrator's and the replication account's user name, and the anonymous ones. */
  readonly loginAccounts: Seen<readonly LoginAccount[]>;
  /** Accounts that only some hosts may log in with. */
  readonly placedAccounts: Seen<Listing<Account>>;
  readonly plainSessions: Seen<Listing<PlainSessions>>;
  readonly fileAccounts: Seen<Listing<Account>>;
  readonly eventOwners: Seen<Listing<EventOwner>>;
  readonly libraries: Seen<readonly LoadedLibrary[]>;
  readonly authentication: Seen<readonly AuthenticationPlugin[]>;
  /** X Protocol connections since the server's start. */
  readonly xConnections: Seen<number>;
  /** The account that the session was matched to, quoted. */
  readonly currentAccount: string;
  /** Lines of SHOW GRANTS for this session, active roles included. */
  readonly grantLines: readonly string[];
  readonly tlsEnabled: Seen<boolean>;
  readonly otherEngineTables: Seen<Listing<TableEngine>>;
  readonly tablesWithoutPrimaryKey: Seen<Listing<TableName>>;
  /** Looked for only where the backup is made by XtraBackup. */
  readonly instantTables: Seen<Listing<InstantTable>>;
  readonly encryptedTablespaces: Seen<Listing<string>>;
  /**
   * By XtraBackup those outside the data directory, by CLONE on one host each that has an absolute path. Undo tablespaces
   * come back in the data directory. Looked for only where a backup is to be made.
   */
  readonly strayTablespaces: Seen<Listing<StrayTablespace>>;
  /** Status of the keyring component by name, or of a keyring plugin. */
  readonly activeKeyring: Seen<string | undefined>;
  readonly nativePasswordAccounts: Seen<Listing<AccountPlugin>>;
  /** Accounts that have the replication account's user name, whatever their host. */
  readonly replicationAccounts: Seen<readonly AccountPlugin[]>;
  readonly enabledEvents: Seen<Listing<EventName>>;
  readonly replicationSources: Seen<readonly ReplicationSource[]>;
  /** Of Group Replication; 0 where the server belongs to no group. */
  readonly groupMembers: Seen<number>;
  readonly replicationFilters: Seen<readonly ReplicationFilter[]>;
  readonly binlogFilter: Seen<BinlogFilter>;
  /** Replicas that registered themselves, as `host:port` or server id. */
  readonly registeredReplicas: Seen<readonly string[]>;
  /** Sessions that stream the binary log: replicas, and tools that read like one. */
  readonly binlogReaders: Seen<number>;
  /** Those seen both at the beginning and at the end of the pass. */
  readonly preparedXaTransactions: Seen<readonly string[]>;
  readonly longTransactions: Seen<Listing<LongTransaction>>;
  readonly obstructions: Seen<Listing<Obstruction>>;
  /** Sessions whose binlog_format or binlog_row_image is not what replication needs. */
  readonly deviatingSessions: Seen<Listing<SessionVariable>>;
}

/** What only both servers together show. Sets carry no white space. */
export interface PairObservation {
  /** GTIDs that the source no longer has in its binary logs and the target has not executed. */
  readonly purgedAndMissing: string;
  /** GTIDs that the target no longer has in its binary logs and the source has not executed. */
  readonly purgedAndMissingInReverse: string;
  /** GTIDs on the target and proven not to be on the source. */
  readonly errant: Seen<string>;
}
