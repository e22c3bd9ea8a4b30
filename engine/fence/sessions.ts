import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { addressOf, type ConnectionOptions, killConnection, MysqlServer } from "../mysql/index.js";
import { inTime } from "../operation/index.js";

/** The connections to one server that a run keeps open, so that the write pause needs none. */
export interface ServerSessions {
  readonly name: string;
  /** Runs the statements of the switchover. */
  readonly main: MysqlServer;
  /** Holds the advisory lock; sees and kills what `main` is stuck in. */
  readonly watcher: MysqlServer;
}

export interface Sessions {
  /** The connections to one of the servers, by its name. */
  of(name: string): ServerSessions;
  close(): Promise<void>;
}

/** How one run knows the connections of others, in performance_schema.session_connect_attrs. */
const PROGRAM_NAME = "gtid-ferry switchover";
/** A run that lost its network or was stopped holds its lock no longer than this. */
const IDLE_TIMEOUT_SECONDS = 20;
const PING_INTERVAL_MILLISECONDS = 5_000;
export const LOCK_TIMEOUT_SECONDS = 30;
const EXPEL_INTERVAL_MILLISECONDS = 20;
/** Longer than the lock is waited for; a connection that waits for disk space cannot be ended and would hold us up. */
const OPEN_MILLISECONDS = 45_000;

const idRow = z.object({ id: z.coerce.number() });

/**
 * Connects to servers, takes the advisory lock on each, and ends what an earlier run has left behind there: a run that was
 * stopped and wakes up finds its connections dead, and can do nothing any more. In the order of their names, so that two runs
 * do not wait for each other.
 */
export async function openSessions(connections: Readonly<Record<string, ConnectionOptions>>): Promise<Sessions> {
  const opened = new Map<string, ServerSessions>();
  const closers: (() => Promise<void>)[] = [];
  const close = async () => {
    await Promise.all(closers.map((closer) => closer()));
  };
  try {
    for (const [name, connection] of Object.entries(connections).sort(([a], [b]) => (a < b ? -1 : 1))) {
      const opening = openOne(name, connection, closers);
      const where = `${name} ${addressOf(connection)}`;
      opened.set(name, await inTime(opening, OPEN_MILLISECONDS, "taking the server over", where));
    }
    const of = (name: string) => {
      const sessions = opened.get(name);
      if (sessions === undefined) throw new Error(`no connections to ${name}`);
      return sessions;
    };
    return { of, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openOne(
  name: string,
  connection: ConnectionOptions,
  closers: (() => Promise<void>)[],
): Promise<ServerSessions> {
  const connect = async () => {
    const server = await MysqlServer.connect(connection, name, { batches: true, programName: PROGRAM_NAME });
    closers.push(() => server.close());
    return server;
  };
  const sessions = { name, main: await connect(), watcher: await connect() };
  await sessions.watcher.execute(`SET SESSION wait_timeout = ${IDLE_TIMEOUT_SECONDS}`);
  await sessions.watcher.acquireLock(LOCK_TIMEOUT_SECONDS);
  const timer = keepAlive(sessions.watcher);
  closers.push(async () => clearInterval(timer));
  await expelOthers(sessions);
  return sessions;
}

function keepAlive(watcher: MysqlServer): NodeJS.Timeout {
  // A lost connection is found by whoever needs it next.
  const timer = setInterval(() => void watcher.execute("DO 0").catch(() => undefined), PING_INTERVAL_MILLISECONDS);
  return timer.unref();
}

async function expelOthers({ main, watcher }: ServerSessions): Promise<void> {
  for (;;) {
    const others = await watcher.query(
      `SELECT DISTINCT PROCESSLIST_ID AS id FROM performance_schema.session_connect_attrs
        WHERE ATTR_NAME = 'program_name' AND ATTR_VALUE = ? AND PROCESSLIST_ID NOT IN (?, ?)`,
      [PROGRAM_NAME, main.connectionId, watcher.connectionId],
      idRow,
    );
    if (others.length === 0) return;
    for (const { id } of others) await killConnection(watcher, id);
    await sleep(EXPEL_INTERVAL_MILLISECONDS);
  }
}
