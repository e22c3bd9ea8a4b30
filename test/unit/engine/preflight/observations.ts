import type { ServerFacts } from "../../../../engine/mysql/index.js";
import type { Finding } from "../../../../engine/operation/index.js";
import type {
  LoginAccount,
  PairObservation,
  PreflightContext,
  ServerObservation,
} from "../../../../engine/preflight/observation.js";
import { serverFacts } from "../fixtures/server-facts.js";

export const SOURCE_UUID = "194b6e1a-e532-11f1-a3ef-02fc00000001";
export const TARGET_UUID = "294b6e1a-e532-11f1-a3ef-02fc00000002";

export const PREPARE: PreflightContext = { purpose: "prepare" };
export const SWITCHOVER: PreflightContext = { purpose: "switchover" };
export const REPLICATE: PreflightContext = { purpose: "replicate" };

const NONE = { value: { rows: [], total: 0 } };

const FACTS = serverFacts({
  label: "source 10.20.1.5:3306",
  serverUuid: SOURCE_UUID,
  gtidExecuted: `${SOURCE_UUID}:1-100`,
  gtidPurged: `${SOURCE_UUID}:1-10`,
});

const VARIABLES = {
  lower_case_table_names: "0",
  innodb_page_size: "16384",
  sql_mode: "STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION",
  character_set_server: "utf8mb4",
  time_zone: "SYSTEM",
  max_allowed_packet: "67108864",
  max_connections: "151",
  performance_schema: "ON",
  sync_binlog: "1",
  innodb_flush_log_at_trx_commit: "1",
  binlog_expire_logs_seconds: "2592000",
  binlog_expire_logs_auto_purge: "ON",
};

/** An account that a login could be matched to, with nothing to be found on. */
export function loginAccount(user: string, host: string, changes: Partial<LoginAccount> = {}): LoginAccount {
  return { user, host, isLocked: false, isExpired: false, expiresInDays: null, isLimited: false, ...changes };
}

const ADMINISTRATOR = loginAccount("admin", "%");

/** A source that has nothing to be found on, besides what a test changes. */
export function sourceWith(
  changes: Partial<ServerObservation> = {},
  facts: Partial<ServerFacts> = {},
  variables: Readonly<Record<string, string>> = {},
): ServerObservation {
  return {
    label: "source 10.20.1.5:3306",
    role: "source",
    facts: { ...FACTS, ...facts },
    variables: new Map(Object.entries({ ...VARIABLES, ...variables })),
    variablesSet: new Set(),
    status: new Map([["threads_connected", "10"]]),
    plugins: new Map(),
    login: { user: "admin", host: "10.20.1.9", account: { user: "admin", host: "%" } },
    loginAccounts: { value: [ADMINISTRATOR] },
    placedAccounts: NONE,
    plainSessions: NONE,
    fileAccounts: NONE,
    eventOwners: NONE,
    libraries: { value: [] },
    authentication: { value: [{ plugin: "caching_sha2_password", accounts: 3, isActive: true }] },
    xConnections: { value: 0 },
    currentAccount: "'admin'@'%'",
    grantLines: [],
    tlsEnabled: { value: true },
    otherEngineTables: NONE,
    tablesWithoutPrimaryKey: NONE,
    instantTables: NONE,
    encryptedTablespaces: NONE,
    strayTablespaces: NONE,
    activeKeyring: { value: undefined },
    nativePasswordAccounts: NONE,
    replicationAccounts: { value: [] },
    enabledEvents: NONE,
    replicationSources: { value: [] },
    groupMembers: { value: 0 },
    replicationFilters: { value: [] },
    binlogFilter: { value: { doDatabases: "", ignoreDatabases: "" } },
    registeredReplicas: { value: [] },
    binlogReaders: { value: 0 },
    preparedXaTransactions: { value: [] },
    longTransactions: NONE,
    obstructions: NONE,
    deviatingSessions: NONE,
    ...changes,
  };
}

export function targetWith(
  changes: Partial<ServerObservation> = {},
  facts: Partial<ServerFacts> = {},
  variables: Readonly<Record<string, string>> = {},
): ServerObservation {
  const label = "target 10.10.3.4:3306";
  const identity = { label, serverUuid: TARGET_UUID, serverId: 2, readOnly: true, superReadOnly: true };
  return {
    ...sourceWith(changes, { ...identity, eventScheduler: "OFF", ...facts }, variables),
    label,
    role: "target",
  };
}

export const NO_DIFFERENCE: PairObservation = {
  purgedAndMissing: "",
  purgedAndMissingInReverse: "",
  errant: { value: "" },
};

export function listed<Row>(...rows: Row[]): { readonly value: { readonly rows: Row[]; readonly total: number } } {
  return { value: { rows, total: rows.length } };
}

/** What a table of expectations holds of a finding. */
export function brief({ check, severity, seen, fix }: Finding): (string | undefined)[] {
  return severity === "ok" ? [severity, check, seen] : [severity, check, seen, fix];
}
