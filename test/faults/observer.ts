import { setTimeout as sleep } from "node:timers/promises";
import type { Side } from "@gtid-ferry/engine/cutover";
import { otherSide, SIDES } from "@gtid-ferry/engine/topology";
import type { Connection, RowDataPacket } from "mysql2/promise";
import { connectAsRoot } from "../../lab/mysqld/index.js";

/** Who accepted writes from `at` on, on the clock of `performance.now()`. A server that does not answer accepts none. */
export interface Sighting {
  readonly at: number;
  readonly writable: Side | "none" | "both";
}

const INTERVAL_MILLISECONDS = 1;

/**
 * Samples both servers without a break over connections of its own. Two samples of different servers are never of the
 * same moment, so "both" is only said where one server accepted writes before and after the other was seen to do so.
 */
export class Observer {
  private readonly sightings: Sighting[] = [];
  private readonly connections = new Map<Side, Connection>();
  private readonly last = { source: false, target: false };
  private isStopping = false;
  private working: Promise<void> = Promise.resolve();

  private constructor(private readonly sockets: Readonly<Record<Side, string>>) {}

  static async start(sockets: Readonly<Record<Side, string>>): Promise<Observer> {
    const observer = new Observer(sockets);
    for (const side of SIDES) observer.last[side] = await observer.read(side);
    observer.working = observer.watch();
    return observer;
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    await this.working;
    for (const connection of this.connections.values()) connection.destroy();
  }

  /** Waits until one server is seen to accept writes and gives which; undefined after the time-out. */
  async awaitAnyWritable(timeoutMilliseconds: number): Promise<Side | undefined> {
    const deadline = performance.now() + timeoutMilliseconds;
    while (performance.now() < deadline) {
      const writable = this.sightings.at(-1)?.writable;
      if (writable === "source" || writable === "target") return writable;
      await sleep(5);
    }
    return undefined;
  }

  /** All sightings since then, with the one that was true at that moment as the first. */
  since(start: number): Sighting[] {
    const later = this.sightings.filter(({ at }) => at > start);
    const before = this.sightings.filter(({ at }) => at <= start).at(-1);
    return before === undefined ? later : [{ at: start, writable: before.writable }, ...later];
  }

  private async watch(): Promise<void> {
    while (!this.isStopping) {
      for (const side of SIDES) {
        const other = otherSide(side);
        const before = this.last[side];
        const now = await this.read(side);
        this.last[side] = now;
        // The other was read between the two samples of this one.
        if (before && now && this.last[other]) this.note("both");
        else this.note(now ? side : this.last[other] ? other : "none");
      }
      await sleep(INTERVAL_MILLISECONDS);
    }
  }

  private note(writable: Sighting["writable"]): void {
    if (this.sightings.at(-1)?.writable !== writable) this.sightings.push({ at: performance.now(), writable });
  }

  private async read(side: Side): Promise<boolean> {
    try {
      let connection = this.connections.get(side);
      if (connection === undefined) {
        connection = await connectAsRoot(this.sockets[side]);
        this.connections.set(side, connection);
      }
      // Without read_only even super_read_only stops nobody.
      const [[row]] = await connection.query<RowDataPacket[]>("SELECT @@GLOBAL.read_only = 0 AS writable");
      return row?.writable === 1;
    } catch {
      this.connections.get(side)?.destroy();
      this.connections.delete(side);
      return false;
    }
  }
}

/** Longest time in milliseconds in which nobody accepted writes, until `end`. */
export function longestPause(sightings: readonly Sighting[], end: number): number {
  const pauses = sightings.map(({ at, writable }, index) =>
    writable === "none" ? (sightings[index + 1]?.at ?? end) - at : 0,
  );
  return Math.max(0, ...pauses);
}
