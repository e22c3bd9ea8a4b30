import { type ConnectionOptions, MysqlServer } from "../mysql/index.js";

/** The two servers' sessions of one comparison. */
export interface Lane {
  /** The server that is replicated from. */
  readonly primary: MysqlServer;
  readonly replica: MysqlServer;
  /** How long the replica may take to apply what the primary has. */
  readonly lagTimeoutSeconds: number;
}

/** A server and how messages name it, e.g. `replica`. */
export interface NamedServer {
  readonly name: string;
  readonly connection: ConnectionOptions;
}

const PROGRAM = "gtid-ferry verify";

export interface VerificationSessions {
  readonly lanes: readonly [Lane, ...Lane[]];
  /** Looks for boundaries on the primary. */
  readonly planner: MysqlServer;
  /** Watches lag and load. */
  readonly watcher: Lane;
  close(): Promise<void>;
}

/** Opens `concurrency` sessions for comparing on each server, and those beside them. */
export async function openSessions(
  primary: NamedServer,
  replica: NamedServer,
  { concurrency, lagTimeoutSeconds }: { readonly concurrency: number; readonly lagTimeoutSeconds: number },
): Promise<VerificationSessions> {
  const opening: Promise<MysqlServer>[] = [];
  const close = async () => {
    const settled = await Promise.allSettled(opening);
    await Promise.all(settled.map((one) => (one.status === "fulfilled" ? one.value.close() : undefined)));
  };
  const open = (of: NamedServer) => {
    const server = openSession(of);
    opening.push(server);
    return server;
  };
  const openLane = async (): Promise<Lane> => {
    const [from, to] = await Promise.all([open(primary), open(replica)]);
    return { primary: from, replica: to, lagTimeoutSeconds };
  };
  try {
    const [watcher, first, planner, ...others] = await Promise.all([
      openLane(),
      openLane(),
      open(primary),
      ...Array.from({ length: concurrency - 1 }, openLane),
    ]);
    return { lanes: [first, ...others], planner, watcher, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Nothing is locked by reading; a row that is held on purpose is waited for a second at most. */
async function openSession({ connection, name }: NamedServer): Promise<MysqlServer> {
  const server = await MysqlServer.connect(connection, name, { programName: PROGRAM, batches: true });
  try {
    await server.execute("SET SESSION transaction_isolation = 'READ-COMMITTED', innodb_lock_wait_timeout = 1");
    return server;
  } catch (error) {
    await server.close();
    throw error;
  }
}
