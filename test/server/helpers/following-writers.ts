import { setTimeout as sleep } from "node:timers/promises";
import type { ConnectionOptions } from "@gtid-ferry/engine/mysql";
import { type Connection, createConnection } from "mysql2/promise";

/** One row for each write; `app.written` must exist. */
export const WRITTEN_TABLE = "CREATE TABLE app.written (id BIGINT PRIMARY KEY, writer INT NOT NULL)";

const RETRY_MILLISECONDS = 1;

/**
 * Writers that hold a connection to each server and write to the one that accepts it. They remember what was
 * acknowledged, and what was not answered.
 */
export class FollowingWriters {
  readonly acknowledged: number[] = [];
  readonly unanswered = new Set<number>();
  /** Longest time of each writer between two acknowledged writes, in milliseconds. */
  readonly longestGaps: number[] = [];
  private stopping = false;
  private readonly working: Promise<void>[] = [];

  static async start(servers: readonly ConnectionOptions[], writers: number): Promise<FollowingWriters> {
    const group = new FollowingWriters();
    for (let writer = 0; writer < writers; writer += 1) {
      const connections = await Promise.all(servers.map(open));
      group.working.push(group.write(writer, connections));
    }
    return group;
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.working);
  }

  private async write(writer: number, connections: readonly Connection[]): Promise<void> {
    let server = 0;
    let last = performance.now();
    this.longestGaps[writer] = 0;
    for (let sequence = 0; !this.stopping; sequence += 1) {
      const id = writer * 10_000_000 + sequence;
      try {
        await connections[server]?.query("INSERT INTO app.written VALUES (?, ?)", [id, writer]);
        this.acknowledged.push(id);
        this.longestGaps[writer] = Math.max(this.longestGaps[writer] ?? 0, performance.now() - last);
        last = performance.now();
      } catch (error) {
        if (!isReadOnlyRefusal(error)) this.unanswered.add(id);
        server = (server + 1) % connections.length;
        await sleep(RETRY_MILLISECONDS);
      }
    }
    await Promise.all(connections.map((connection) => connection.end()));
  }
}

function open({ host, port, user, password }: ConnectionOptions): Promise<Connection> {
  return createConnection({ host, port, user, password, ssl: { rejectUnauthorized: false } });
}

/** 1290: the server says that it did nothing, because it is read-only. */
function isReadOnlyRefusal(error: unknown): boolean {
  return typeof error === "object" && error !== null && "errno" in error && error.errno === 1290;
}
