import { z } from "zod";
import {
  ADMIN_SCHEMA,
  killConnection,
  type MysqlServer,
  type Statement,
  statement,
  withoutBinlog,
} from "../mysql/index.js";
import { type Progress, waitUntil } from "../operation/index.js";

/**
 * The fail-safe: an event inside the server that has begun before the fence, sleeps until the deadline
 * and then unfences the server, with no client connected. Facts measured on MySQL 9.7.4: its thread goes on under
 * super_read_only; KILL ends it and leaves the fence, KILL QUERY would end only the sleep and lift the fence at once; with ON
 * COMPLETION PRESERVE it stays, disabled, and uses no GTID.
 */
const EVENT = `${ADMIN_SCHEMA}.auto_unfence`;
const THREADS = `performance_schema.threads WHERE NAME = 'thread/sql/event_worker' AND PROCESSLIST_DB = '${ADMIN_SCHEMA}'`;
const SCHEDULER_OFF = "SET GLOBAL event_scheduler = OFF";
const START_TIMEOUT_SECONDS = 10;
const END_TIMEOUT_SECONDS = 10;
const LOOK_INTERVAL_SECONDS = 0.002;

const eventRow = z.object({ body: z.string() });
const threadRow = z.object({ id: z.coerce.number() });

/** `stopsScheduler`: the event scheduler runs for this event only, and stops when it fires. */
export function autoUnfenceStatements(seconds: number, stopsScheduler: boolean): Statement[] {
  const body = [
    `DO SLEEP(${seconds})`,
    "SET GLOBAL super_read_only = 0",
    "SET GLOBAL read_only = 0",
    "SET PERSIST super_read_only = 0",
    "SET PERSIST read_only = 0",
    ...(stopsScheduler ? [SCHEDULER_OFF] : []),
  ];
  return [
    statement(`DROP EVENT IF EXISTS ${EVENT}`),
    statement(
      `CREATE EVENT ${EVENT} ON SCHEDULE AT CURRENT_TIMESTAMP(6) ON COMPLETION PRESERVE DO BEGIN ${body.join("; ")}; END`,
    ),
  ];
}

/** Arms it and sees its event run; gives the id of its thread. It fires `seconds` after this, or a little later. */
export async function armAutoUnfence(
  server: MysqlServer,
  seconds: number,
  stopsScheduler: boolean,
  progress: Progress,
): Promise<number> {
  await withoutBinlog(server, async () => {
    for (const step of autoUnfenceStatements(seconds, stopsScheduler)) await server.run(step);
  });
  const wait = {
    awaited: `event ${EVENT} running, to unfence the server at its deadline`,
    where: server.label,
    next: "look into the server's error log for the event scheduler; nothing is fenced",
    timeoutSeconds: START_TIMEOUT_SECONDS,
    intervalSeconds: LOOK_INTERVAL_SECONDS,
    progress,
  };
  return waitUntil(wait, async () => {
    const [thread] = await server.query(
      `SELECT PROCESSLIST_ID AS id FROM ${THREADS} AND PROCESSLIST_STATE = 'User sleep'`,
      [],
      threadRow,
    );
    return thread === undefined ? { seen: "no such thread" } : { done: thread.id };
  });
}

/** The fail-safe of one server, whoever armed it. */
export interface AutoUnfence {
  readonly isDefined: boolean;
  /** Whether event_scheduler was OFF, and is ON for this event only. */
  readonly stopsScheduler: boolean;
  /** Connection ids of its threads that run. */
  readonly threads: readonly number[];
}

export async function readAutoUnfence(server: MysqlServer): Promise<AutoUnfence> {
  const [event] = await server.query(
    "SELECT EVENT_DEFINITION AS body FROM information_schema.EVENTS WHERE EVENT_SCHEMA = ? AND EVENT_NAME = 'auto_unfence'",
    [ADMIN_SCHEMA],
    eventRow,
  );
  return {
    isDefined: event !== undefined,
    stopsScheduler: event?.body.includes(SCHEDULER_OFF) === true,
    threads: await findThreads(server),
  };
}

async function findThreads(server: MysqlServer): Promise<number[]> {
  const threads = await server.query(`SELECT PROCESSLIST_ID AS id FROM ${THREADS}`, [], threadRow);
  return threads.map(({ id }) => id);
}

/** Ends every thread of it, sees them gone and drops the event. Only for a server that is not fenced. */
export async function removeAutoUnfence(server: MysqlServer, progress: Progress): Promise<void> {
  const wait = {
    awaited: "no thread of the fail-safe",
    where: server.label,
    next: "KILL that thread; it only lifts a fence that is not there",
    timeoutSeconds: END_TIMEOUT_SECONDS,
    intervalSeconds: LOOK_INTERVAL_SECONDS,
    progress,
  };
  await waitUntil(wait, async () => {
    const threads = await findThreads(server);
    for (const id of threads) await killConnection(server, id);
    return threads.length === 0 ? { done: undefined } : { seen: `thread ${threads.join(", ")}` };
  });
  await withoutBinlog(server, () => server.execute(`DROP EVENT IF EXISTS ${EVENT}`));
}
