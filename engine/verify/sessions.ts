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
  const opening: Promise<MysqlServer>[] = [];
  const close = async () => {
    const settled = await Promise.allSettled(opening);
    await Promise.all(settled.map((one) => (one.status === "fulfilled" ? one.value.close() : undefined)));
  };
  const open = (options: ConnectionOptions, role: string) => {
    const server = openSession(options, role);
    opening.push(server);
    return server;
  };
  const openLane = async (): Promise<Lane> => {
    const [from, to] = await Promise.all([open(source, "source"), open(target, "target")]);
    return { source: from, target: to };
  };
  try {
    const [watcher, first, planner, ...others] = await Promise.all([
      openLane(),
      openLane(),
      open(source, "source"),
      ...Array.from({ length: concurrency - 1 }, openLane),
    ]);
    return { lanes: [first, ...others], planner, watcher, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Rows are read as they are stored and as one zone shows them; a held row is waited for a second at most. */
async function openSession(options: ConnectionOptions, role: string): Promise<MysqlServer> {
  const server = await MysqlServer.connect(options, role, { programName: PROGRAM });
  try {
    await server.execute(
      "SET SESSION time_zone = '+00:00', transaction_isolation = 'READ-COMMITTED', innodb_lock_wait_timeout = 1",
    );
    return server;
  } catch (error) {
    await server.close();
    throw error;
  }
}
