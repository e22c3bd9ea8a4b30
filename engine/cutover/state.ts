import { z } from "zod";
import { type ChannelState, readChannels } from "../channel/index.js";
import { type ApplicationEvent, readEvents } from "../events/index.js";
import { inTime } from "../operation/index.js";
import { committedRole, type JournalEntry, readRole, type ServerRole, type Side } from "../topology/index.js";
import type { RouteState, TrafficRoute } from "../traffic/index.js";
import { type DeadManState, readDeadMan } from "./dead-man.js";
import type { ServerSessions } from "./sessions.js";

/** The variables that a switchover persists. */
export const PERSISTED_NAMES = ["read_only", "super_read_only", "event_scheduler"] as const;
export type PersistedName = (typeof PERSISTED_NAMES)[number];

/** All that decides what has to be done on one server. */
export interface ServerState extends ServerRole {
  readonly readOnly: boolean;
  readonly superReadOnly: boolean;
  readonly eventScheduler: string;
  /** Values in mysqld-auto.cnf, by lower-case name. */
  readonly persisted: ReadonlyMap<string, string>;
  readonly deadMan: DeadManState;
  /** This migration's channel on this server. */
  readonly channel: ChannelState | undefined;
  readonly otherChannels: readonly string[];
  readonly events: readonly ApplicationEvent[];
}

export interface PairState {
  readonly source: ServerState;
  readonly target: ServerState;
  readonly primary: Side;
  /** The switchover that made it so; undefined when the primary role never moved. */
  readonly entry: JournalEntry | undefined;
  readonly routes: readonly { readonly name: string; readonly state: RouteState }[];
}

/** A server whose disk is full may answer nothing for minutes. */
export const LOOK_MILLISECONDS = 30_000;

const flag = z.coerce.number().transform((value) => value === 1);
const variablesRow = z.object({ readOnly: flag, superReadOnly: flag, eventScheduler: z.string() });
const persistedRow = z.object({ name: z.string(), value: z.string() });

export type ObservedSession = Pick<ServerSessions, "side" | "main">;

/** Looks at both servers and at the routes; writes nothing. */
export async function observePair(
  sessions: Readonly<Record<Side, ObservedSession>>,
  channel: string,
  routes: readonly TrafficRoute[],
): Promise<PairState> {
  const look = (side: Side) =>
    inTime(
      observeServer(sessions[side], channel),
      LOOK_MILLISECONDS,
      "looking at the server",
      sessions[side].main.label,
    );
  const [source, target, routeStates] = await Promise.all([
    look("source"),
    look("target"),
    Promise.all(routes.map(async (route) => ({ name: route.name, state: await route.observe() }))),
  ]);
  return { source, target, ...committedRole(source, target), routes: routeStates };
}

async function observeServer({ side, main }: ObservedSession, name: string): Promise<ServerState> {
  const variables = await main.queryOne(
    "SELECT @@GLOBAL.read_only AS readOnly, @@GLOBAL.super_read_only AS superReadOnly, @@GLOBAL.event_scheduler AS eventScheduler",
    [],
    variablesRow,
  );
  const persisted = await main.query(
    "SELECT LOWER(VARIABLE_NAME) AS name, VARIABLE_VALUE AS value FROM performance_schema.persisted_variables WHERE VARIABLE_NAME IN (?)",
    [PERSISTED_NAMES],
    persistedRow,
  );
  const channels = await readChannels(main);
  return {
    ...(await readRole(main, side)),
    ...variables,
    persisted: new Map(persisted.map(({ name: variable, value }) => [variable, value])),
    deadMan: await readDeadMan(main),
    channel: channels.find(({ channel }) => channel === name),
    otherChannels: channels.map(({ channel }) => channel).filter((channel) => channel !== name),
    events: await readEvents(main),
  };
}
