import { setTimeout as sleep } from "node:timers/promises";
import type { ConnectionOptions } from "@gtid-ferry/engine/mysql";
import { type Connection, createConnection } from "mysql2/promise";

/** One row for each write, with a key of its own: a write that came twice would be there twice. */
export const WRITTEN_TABLE =
  "CREATE TABLE app.written (position BIGINT AUTO_INCREMENT PRIMARY KEY, id BIGINT NOT NULL, writer INT NOT NULL, KEY (id))";

const RETRY_MILLISECONDS = 1;
const RECONNECT_MILLISECONDS = 20;
const IDS_PER_WRITER = 1_000_000;
const IDS_PER_GROUP = 100 * IDS_PER_WRITER;

let groups = 0;

/**
 * Writers that write to the one of the servers that accepts it, and connect again to one that was away. They remember
 * what was acknowledged, and what was not answered.
 */
export class FollowingWriters {
  readonly acknowledged: number[] = [];
  readonly unanswered = new Set<number>();
  /** Longest time of each writer between two acknowledged writes, in milliseconds. */
  readonly longestGaps: number[] = [];
  /** Longest time in which no writer had a write acknowledged, in milliseconds. */
  longestPause = 0;
  private lastOfAll: number | undefined;
  private stopping = false;
  private readonly working: Promise<void>[] = [];
  private readonly firstId = groups++ * IDS_PER_GROUP;
  private claimed = 0;

  private constructor(
    private readonly servers: readonly ConnectionOptions[],
    private readonly thinkMilliseconds: number,
  ) {}

  /** Each writer rests for `thinkMilliseconds` after each write. */
  static async start(
    servers: readonly ConnectionOptions[],
    writers: number,
    thinkMilliseconds = 0,
  ): Promise<FollowingWriters> {
    const group = new FollowingWriters(servers, thinkMilliseconds);
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

  /** What is wrong with the rows that a server has of this group: ids by kind, all empty when nothing is. */
  audit(ids: readonly number[]): { lost: number[]; duplicated: number[]; phantom: number[] } {
    const copies = new Map<number, number>();
    for (const id of ids) copies.set(id, (copies.get(id) ?? 0) + 1);
    const promised = new Set(this.acknowledged);
    return {
      lost: this.acknowledged.filter((id) => !copies.has(id)),
      duplicated: [...copies].filter(([, count]) => count > 1).map(([id]) => id),
      // A row that nobody was promised may only be one of an unanswered write.
      phantom: [...copies.keys()].filter((id) => !promised.has(id) && !this.unanswered.has(id)),
    };
  }

  /** Gives the longest gaps since the last call, and begins anew. */
  takeGaps(): { readonly overall: number; readonly perWriter: readonly number[] } {
    const gaps = { overall: this.longestPause, perWriter: [...this.longestGaps] };
    this.longestPause = 0;
    this.longestGaps.fill(0);
    return gaps;
  }

  /** An id for a write that somebody else makes, who then puts it into `acknowledged` or `unanswered`. */
  claimId(): number {
    this.claimed += 1;
    return this.firstId + IDS_PER_GROUP - this.claimed;
  }

  /** The query for the rows of this group. */
  get selectIds(): string {
    return `SELECT id FROM app.written WHERE id BETWEEN ${this.firstId} AND ${this.firstId + IDS_PER_GROUP - 1}`;
  }

  private async write(writer: number, connections: (Connection | undefined)[]): Promise<void> {
    let server = 0;
    let last = performance.now();
    this.longestGaps[writer] = 0;
    for (let sequence = 0; !this.stopping; sequence += 1) {
      const connection = connections[server] ?? (await this.reconnect(server));
      connections[server] = connection;
      const id = this.firstId + writer * IDS_PER_WRITER + sequence;
      try {
        if (connection !== undefined) {
          await connection.query("INSERT INTO app.written (id, writer) VALUES (?, ?)", [id, writer]);
          this.acknowledged.push(id);
          this.longestGaps[writer] = Math.max(this.longestGaps[writer] ?? 0, performance.now() - last);
          last = performance.now();
          this.longestPause = Math.max(this.longestPause, last - (this.lastOfAll ?? last));
          this.lastOfAll = last;
          if (this.thinkMilliseconds > 0) await sleep(this.thinkMilliseconds);
          continue;
        }
      } catch (error) {
        if (!isReadOnlyRefusal(error)) {
          this.unanswered.add(id);
          connection?.destroy();
          connections[server] = undefined;
        }
      }
      server = (server + 1) % connections.length;
      await sleep(RETRY_MILLISECONDS);
    }
    for (const connection of connections) connection?.destroy();
  }

  private async reconnect(server: number): Promise<Connection | undefined> {
    const options = this.servers[server];
    if (options === undefined) return undefined;
    return open(options).catch(async () => {
      // It is down, or not up yet.
      await sleep(RECONNECT_MILLISECONDS);
      return undefined;
    });
  }
}

async function open({ host, port, user, password }: ConnectionOptions): Promise<Connection> {
  const connection = await createConnection({ host, port, user, password, ssl: { rejectUnauthorized: false } });
  // A dropped connection surfaces in the next query; without a listener Node would end the process.
  connection.on("error", () => undefined);
  return connection;
}

/** 1290: the server says that it did nothing, because it is read-only. */
function isReadOnlyRefusal(error: unknown): boolean {
  return typeof error === "object" && error !== null && "errno" in error && error.errno === 1290;
}
