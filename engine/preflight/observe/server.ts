import { z } from "zod";
import {
  compareGtidSets,
  compareVersions,
  type MysqlServer,
  quoteAccount,
  readAllVariables,
  readExecuted,
  readServerFacts,
  type ServerFacts,
  subtractOn,
} from "../../mysql/index.js";
import type { Seen } from "../listing.js";
import type { PairObservation, PreflightContext, Role, ServerObservation } from "../observation.js";
import { observeAccountsNamed, observeGrantLines, observeNativePasswordAccounts } from "./accounts.js";
import {
  observeDeviatingSessions,
  observeLongTransactions,
  observeObstructions,
  observePreparedXa,
} from "./activity.js";
import { look } from "./bounded.js";
import { observeAuthentication, observeLibraries, observeXConnections } from "./loaded.js";
import {
  observeEventOwners,
  observeFileAccounts,
  observeLoginAccounts,
  observePlacedAccounts,
  observePlainSessions,
  observeSessionLogin,
} from "./logins.js";
import {
  observeBinlogFilter,
  observeBinlogReaders,
  observeGroupMembers,
  observeRegisteredReplicas,
  observeReplicationFilters,
  observeReplicationSources,
} from "./replication.js";
import {
  observeActiveKeyring,
  observeEnabledEvents,
  observeEncryptedTablespaces,
  observeInstantTables,
  observeOtherEngineTables,
  observeStrayTablespaces,
  observeTablesWithoutPrimaryKey,
} from "./schema.js";

const STATUS = ["threads_connected"] as const;
const PLUGINS = ["clone", "mysql_native_password"] as const;

const pair = z.object({ name: z.string(), value: z.string() });
const nameRow = z.object({ name: z.string() });
const versionRow = z.object({ version: z.string() });

/** Answered by any server that speaks the protocol, MariaDB too. */
export async function readVersionText(server: MysqlServer): Promise<string> {
  const { version } = await server.queryOne("SELECT VERSION() AS version", [], versionRow);
  return version;
}

/** One pass over one supported server, on one connection. */
export async function observeServer(
  server: MysqlServer,
  role: Role,
  context: PreflightContext,
): Promise<ServerObservation> {
  const xaAtFirst = await observePreparedXa(server);
  const facts = await readServerFacts(server);
  const account = context.replicationAccount;
  const login = await observeSessionLogin(server);
  return {
    label: server.label,
    role,
    facts,
    variables: await readAllVariables(server),
    variablesSet: await readVariablesSet(server),
    status: await readStatus(server),
    plugins: await readPlugins(server),
    login,
    loginAccounts: await observeLoginAccounts(server, [login.user, ...(account === undefined ? [] : [account.user])]),
    placedAccounts: await observePlacedAccounts(server),
    plainSessions: await observePlainSessions(server),
    fileAccounts: await observeFileAccounts(server),
    eventOwners: await observeEventOwners(server),
    libraries: await observeLibraries(server),
    authentication: await observeAuthentication(server),
    xConnections: await observeXConnections(server),
    currentAccount: quoteAccount(login.account),
    grantLines: await observeGrantLines(server),
    tlsEnabled: await observeTls(server),
    otherEngineTables: await observeOtherEngineTables(server),
    tablesWithoutPrimaryKey: await observeTablesWithoutPrimaryKey(server),
    instantTables:
      context.backupMethod === "xtrabackup" && role === "source"
        ? await observeInstantTables(server, facts.version)
        : { value: { rows: [], total: 0 } },
    encryptedTablespaces: await observeEncryptedTablespaces(server),
    strayTablespaces:
      context.backupMethod !== undefined && role === "source"
        ? await observeStrayTablespaces(server, context.backupMethod)
        : { value: { rows: [], total: 0 } },
    activeKeyring: await observeActiveKeyring(server),
    nativePasswordAccounts: await observeNativePasswordAccounts(server),
    replicationAccounts: account === undefined ? { value: [] } : await observeAccountsNamed(server, account.user),
    enabledEvents: await observeEnabledEvents(server),
    replicationSources: await observeReplicationSources(server),
    groupMembers: await observeGroupMembers(server),
    replicationFilters: await observeReplicationFilters(server),
    binlogFilter: await observeBinlogFilter(server, facts.version),
    registeredReplicas: await observeRegisteredReplicas(server),
    binlogReaders: await observeBinlogReaders(server),
    longTransactions: await observeLongTransactions(server),
    obstructions: await observeObstructions(server),
    deviatingSessions: await observeDeviatingSessions(server),
    preparedXaTransactions: inBoth(xaAtFirst, await observePreparedXa(server)),
  };
}

interface OpenServer {
  readonly server: MysqlServer;
  readonly facts: ServerFacts;
}

/** What only both together show. The newer server does the set algebra, since it knows every form of GTID. */
export async function observePair(source: OpenServer, target: OpenServer): Promise<PairObservation> {
  const newer = compareVersions(source.facts.version, target.facts.version) > 0 ? source.server : target.server;
  return {
    purgedAndMissing: await subtractOn(newer, source.facts.gtidPurged, target.facts.gtidExecuted),
    // Read anew: what the target got from the source since then must not count.
    purgedAndMissingInReverse: await subtractOn(newer, target.facts.gtidPurged, await readExecuted(source.server)),
    errant: await observeErrant(source, target),
  };
}

async function observeErrant(source: OpenServer, target: OpenServer): Promise<Seen<string>> {
  // The comparison waits for GTIDs on the source, which a server without any refuses.
  if (source.facts.gtidMode === "OFF") return { unseen: "the source has gtid_mode OFF" };
  const { errant } = await compareGtidSets(source.server, target.server);
  return { value: errant };
}

async function readStatus(server: MysqlServer): Promise<Map<string, string>> {
  const rows = await server.query(
    "SELECT LOWER(VARIABLE_NAME) AS name, VARIABLE_VALUE AS value FROM performance_schema.global_status WHERE VARIABLE_NAME IN (?)",
    [STATUS],
    pair,
  );
  return new Map(rows.map(({ name, value }) => [name, value]));
}

/** Names of those that were set since the program was compiled: in an option file, at the start, or at run time. */
async function readVariablesSet(server: MysqlServer): Promise<Set<string>> {
  const rows = await server.query(
    "SELECT LOWER(VARIABLE_NAME) AS name FROM performance_schema.variables_info WHERE VARIABLE_SOURCE <> 'COMPILED'",
    [],
    nameRow,
  );
  return new Set(rows.map(({ name }) => name));
}

async function readPlugins(server: MysqlServer): Promise<Map<string, string>> {
  const rows = await server.query(
    "SELECT PLUGIN_NAME AS name, PLUGIN_STATUS AS value FROM information_schema.PLUGINS WHERE PLUGIN_NAME IN (?)",
    [PLUGINS],
    pair,
  );
  return new Map(rows.map(({ name, value }) => [name, value]));
}

function observeTls(server: MysqlServer): Promise<Seen<boolean>> {
  return look(async () => {
    const [enabled] = await server.query(
      `SELECT PROPERTY AS name, VALUE AS value FROM performance_schema.tls_channel_status
        WHERE CHANNEL = 'mysql_main' AND PROPERTY = 'Enabled'`,
      [],
      pair,
    );
    return enabled?.value.toUpperCase() === "YES";
  });
}

/** A transaction between prepare and commit is ordinary for a moment; one seen twice stays. */
function inBoth(first: Seen<readonly string[]>, last: Seen<readonly string[]>): Seen<readonly string[]> {
  if ("unseen" in first) return first;
  if ("unseen" in last) return last;
  const before = new Set(first.value);
  return { value: last.value.filter((xid) => before.has(xid)) };
}
