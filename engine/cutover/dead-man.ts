import { z } from "zod";
import {
  ADMIN_SCHEMA,
  killConnection,
  type MysqlServer,
  type Statement,
  statement,
  withoutBinlog,
} from "../mysql/index.js";
import { waitUntil } from "../operation/index.js";
import type { ServerSessions } from "./sessions.js";

/**
 * The dead-man switch: an event inside the server that has begun before the fence, sleeps until the deadline and then
 * lifts the fence, with no client connected. Facts measured on MySQL 9.7.4: its thread goes on under super_read_only;
 * KILL ends it and leaves the fence, KILL QUERY would end only the sleep and lift the fence at once; with ON COMPLETION
 * PRESERVE it stays, disabled, and uses no GTID.
 */
interface DeadMan {
  readonly connectionId: number;
}

const EVENT = `${ADMIN_SCHEMA}.dead_man`;
const THREADS = `performance_schema.threads WHERE NAME = 'thread/sql/event_worker' AND PROCESSLIST_DB = '${ADMIN_SCHEMA}'`;
const SCHEDULER_OFF = "SET GLOBAL event_scheduler = OFF";
const START_TIMEOUT_SECONDS = 10;
const END_TIMEOUT_SECONDS = 10;
const LOOK_INTERVAL_SECONDS = 0.002;

const eventRow = z.object({ body: z.string() });
const threadRow = z.object({ id: z.coerce.number() });

/** `switchesSchedulerOff`: the event scheduler runs for this event only, and stops when it fires. */
export function deadManStatements(seconds: number, switchesSchedulerOff: boolean): Statement[] {
  const lift = [
    `DO SLEEP(${seconds})`,
    "SET GLOBAL super_read_only = 0",
    "SET GLOBAL read_only = 0",
    "SET PERSIST super_read_only = 0",
    "SET PERSIST read_only = 0",
    ...(switchesSchedulerOff ? [SCHEDULER_OFF] : []),
  ];
  return [
    statement(`DROP EVENT IF EXISTS ${EVENT}`),
    statement(
      `CREATE EVENT ${EVENT} ON SCHEDULE AT CURRENT_TIMESTAMP(6) ON COMPLETION PRESERVE DO BEGIN ${lift.join("; ")}; END`,
    ),
  ];
}

/** Arms it and sees it sleep. It fires `seconds` after this, or a little later. */
export async function armDeadMan(
  server: MysqlServer,
  seconds: number,
  switchesSchedulerOff: boolean,
): Promise<DeadMan> {
  await withoutBinlog(server, async () => {
    for (const step of deadManStatements(seconds, switchesSchedulerOff)) await server.run(step);
  });
  const wait = {
    awaited: `event ${EVENT} asleep, to lift the fence by itself`,
    where: server.label,
    next: "look into the server's error log for the event scheduler; nothing is fenced",
    timeoutSeconds: START_TIMEOUT_SECONDS,
    intervalSeconds: LOOK_INTERVAL_SECONDS,
  };
  return waitUntil(wait, async () => {
    const [thread] = await server.query(
      `SELECT PROCESSLIST_ID AS id FROM ${THREADS} AND PROCESSLIST_STATE = 'User sleep'`,
      [],
      threadRow,
    );
    return thread === undefined ? { seen: "no such thread" } : { done: { connectionId: thread.id } };
  });
}

/** Connection ids of dead-man threads that run; an empty list is none. */
async function findDeadMen(server: MysqlServer): Promise<number[]> {
  const threads = await server.query(`SELECT PROCESSLIST_ID AS id FROM ${THREADS}`, [], threadRow);
  return threads.map(({ id }) => id);
}

/** The switch on one server, whoever armed it. */
export interface DeadManState {
  readonly isDefined: boolean;
  /** Whether event_scheduler was OFF, and is ON for this event only. */
  readonly switchesSchedulerOff: boolean;
  readonly threads: readonly number[];
}

export async function readDeadMan(server: MysqlServer): Promise<DeadManState> {
  const [event] = await server.query(
    "SELECT EVENT_DEFINITION AS body FROM information_schema.EVENTS WHERE EVENT_SCHEMA = ? AND EVENT_NAME = 'dead_man'",
    [ADMIN_SCHEMA],
    eventRow,
  );
  return {
    isDefined: event !== undefined,
    switchesSchedulerOff: event?.body.includes(SCHEDULER_OFF) === true,
    threads: await findDeadMen(server),
  };
}

/** Ends every dead-man thread, sees them gone and drops the event. Only for a server that is not fenced. */
export async function removeDeadMan({ main, watcher }: ServerSessions): Promise<void> {
  const wait = {
    awaited: "the dead-man switch's thread gone",
    where: main.label,
    next: "KILL that thread; it only lifts a fence that is not there",
    timeoutSeconds: END_TIMEOUT_SECONDS,
    intervalSeconds: LOOK_INTERVAL_SECONDS,
  };
  await waitUntil(wait, async () => {
    const threads = await findDeadMen(watcher);
    for (const id of threads) await killConnection(watcher, id);
    return threads.length === 0 ? { done: undefined } : { seen: `thread ${threads.join(", ")}` };
  });
  await withoutBinlog(main, () => main.execute(`DROP EVENT IF EXISTS ${EVENT}`));
}
