import { type ConnectionOptions, MysqlServer } from "../mysql/index.js";
import type { Lane } from "./settle-rows.js";

const PROGRAM = "gtid-ferry verify";

export interface VerificationSessions {
  readonly lanes: readonly [Lane, ...Lane[]];
  /** Looks for boundaries on the source. */
  readonly planner: MysqlServer;
  /** Watches lag and load. */
  readonly watcher: Lane;
  close(): Promise<void>;
}

/** Opens `concurrency` sessions for comparing on each server, and those beside them. */
export async function openSessions(
  source: ConnectionOptions,
  target: ConnectionOptions,
  concurrency: number,
): Promise<VerificationSessions> {
  const opened: MysqlServer[] = [];
  const close = async () => {
    await Promise.all(opened.map((server) => server.close()));
  };
  const open = async (options: ConnectionOptions, role: string) => {
    const server = await MysqlServer.connect(options, role, { programName: PROGRAM });
    opened.push(server);
    // Rows are read as they are stored and as one zone shows them; a held row is waited for a second at most.
    await server.execute(
      "SET SESSION time_zone = '+00:00', transaction_isolation = 'READ-COMMITTED', innodb_lock_wait_timeout = 1",
    );
    return server;
  };
  const openLane = async () => ({ source: await open(source, "source"), target: await open(target, "target") });
  try {
    const first = await openLane();
    const lanes: [Lane, ...Lane[]] = [first];
    while (lanes.length < concurrency) lanes.push(await openLane());
    return { lanes, planner: await open(source, "source"), watcher: await openLane(), close };
  } catch (error) {
    await close();
    throw error;
  }
}
