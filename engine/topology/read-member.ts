import { z } from "zod";
import { readChannels, readReceived } from "../channel/index.js";
import { readEvents } from "../events/index.js";
import { readAutoUnfence } from "../fence/index.js";
import { type MysqlServer, readServerFacts, readVariables } from "../mysql/index.js";
import { readLastEntry, readPrimaryUuids } from "./journal.js";
import type { MemberReport, SemiSync } from "./member.js";

/** What a switchover persists, so that a server that restarts comes up in its role. */
const ROLE_VARIABLES = ["read_only", "super_read_only", "event_scheduler"] as const;

/** The plugin's older names still exist: a server has those or the newer ones, by the plugin that is installed. */
const SEMI_SYNC_VARIABLES = {
  source: ["rpl_semi_sync_source_enabled", "rpl_semi_sync_master_enabled"],
  replica: ["rpl_semi_sync_replica_enabled", "rpl_semi_sync_slave_enabled"],
} as const;
const SEMI_SYNC_STATUS = {
  source: ["rpl_semi_sync_source_status", "rpl_semi_sync_master_status"],
  replica: ["rpl_semi_sync_replica_status", "rpl_semi_sync_slave_status"],
} as const;

const valueRow = z.object({ name: z.string(), value: z.string() });
const originRow = z.object({ origin: z.string() });

/** Everything that decides about a member's place in the topology. Writes nothing. */
export async function readMember(server: MysqlServer, name: string, channel: string): Promise<MemberReport> {
  const channels = await readChannels(server);
  return {
    name,
    label: server.label,
    reachable: true,
    channel: channels.find((state) => state.channel === channel),
    otherChannels: channels.map((state) => state.channel).filter((other) => other !== channel),
    ...(await readReceived(server, channel)),
    persisted: await readPersisted(server),
    isFencedByRestart: await readIsFencedByRestart(server),
    autoUnfence: await readAutoUnfence(server),
    events: await readEvents(server),
    semiSync: await readSemiSync(server),
    lastEntry: await readLastEntry(server),
    primaryUuids: await readPrimaryUuids(server),
    facts: await readServerFacts(server),
  };
}

async function readPersisted(server: MysqlServer): Promise<Record<string, string>> {
  const rows = await server.query(
    "SELECT LOWER(VARIABLE_NAME) AS name, VARIABLE_VALUE AS value FROM performance_schema.persisted_variables WHERE VARIABLE_NAME IN (?)",
    [ROLE_VARIABLES],
    valueRow,
  );
  return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
}

async function readIsFencedByRestart(server: MysqlServer): Promise<boolean> {
  const { origin } = await server.queryOne(
    "SELECT VARIABLE_SOURCE AS origin FROM performance_schema.variables_info WHERE VARIABLE_NAME = 'super_read_only'",
    [],
    originRow,
  );
  return origin === "PERSISTED";
}

async function readSemiSync(server: MysqlServer): Promise<SemiSync> {
  const variables = await readVariables(server, Object.values(SEMI_SYNC_VARIABLES).flat());
  const rows = await server.query(
    "SELECT LOWER(VARIABLE_NAME) AS name, VARIABLE_VALUE AS value FROM performance_schema.global_status WHERE VARIABLE_NAME IN (?)",
    [Object.values(SEMI_SYNC_STATUS).flat()],
    valueRow,
  );
  const status = new Map(rows.map(({ name, value }) => [name, value]));
  const isOn = (values: ReadonlyMap<string, string>, names: readonly string[]) =>
    names.some((name) => values.get(name) === "ON");
  const sourceVariable = SEMI_SYNC_VARIABLES.source.find((name) => variables.get(name) === "ON");
  return {
    isSourceEnabled: sourceVariable !== undefined,
    ...(sourceVariable === undefined ? {} : { sourceVariable }),
    isSourceActive: isOn(status, SEMI_SYNC_STATUS.source),
    isReplicaEnabled: isOn(variables, SEMI_SYNC_VARIABLES.replica),
    isReplicaActive: isOn(status, SEMI_SYNC_STATUS.replica),
  };
}
