import { setTimeout as sleep } from "node:timers/promises";
import { inTime } from "@gtid-ferry/engine/operation";
import { otherSide, SIDES, type Side } from "@gtid-ferry/engine/topology";
import type { Connection, RowDataPacket } from "mysql2/promise";
import { connectAsRoot } from "../../lab/mysqld/index.js";

/** Who accepted writes from `at` on, on the clock of `performance.now()`. A server that does not answer accepts none. */
export interface Sighting {
  readonly at: number;
  readonly writable: Side | "none" | "both";
}

/** From the answer to the first sample that found a server writable to the question of the last one that did. */
interface Span {
  readonly from: number;
  readonly to: number;
}

const INTERVAL_MILLISECONDS = 1;
/** A server whose disk is full may answer nothing for minutes; that must not hide the other one's change. */
const ANSWER_MILLISECONDS = 1_000;

/**
 * Samples each server without a break, by itself, over a connection of its own. Two samples of different servers are
 * never of the same moment, so "both" is only said where the times overlap in which each is known to accept writes.
 */
export class Observer {
  private readonly sightings: Sighting[] = [];
  private readonly connections = new Map<Side, Connection>();
  private readonly spans = new Map<Side, Span>();
  private readonly last = { source: false, target: false };
  private isStopping = false;
  private working: Promise<unknown> = Promise.resolve();

  private constructor(private readonly sockets: Readonly<Record<Side, string>>) {}

  static async start(sockets: Readonly<Record<Side, string>>): Promise<Observer> {
    const observer = new Observer(sockets);
    for (const side of SIDES) await observer.sample(side);
    observer.working = Promise.all(SIDES.map((side) => observer.watch(side)));
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

  private async watch(side: Side): Promise<void> {
    while (!this.isStopping) {
      await this.sample(side);
      await sleep(INTERVAL_MILLISECONDS);
    }
  }

  private async sample(side: Side): Promise<void> {
    const other = otherSide(side);
    const asked = performance.now();
    const writable = await this.read(side);
    const span = { from: this.last[side] ? (this.spans.get(side)?.from ?? Infinity) : performance.now(), to: asked };
    this.last[side] = writable;
    if (writable) this.spans.set(side, span);
    if (writable && overlaps(span, this.spans.get(other))) this.note("both");
    else this.note(writable ? side : this.last[other] ? other : "none");
  }

  private note(writable: Sighting["writable"]): void {
    if (this.sightings.at(-1)?.writable !== writable) this.sightings.push({ at: performance.now(), writable });
  }

  private async read(side: Side): Promise<boolean> {
    try {
      return await inTime(this.ask(side), ANSWER_MILLISECONDS, "observing", side);
    } catch {
      this.connections.get(side)?.destroy();
      this.connections.delete(side);
      return false;
    }
  }

  private async ask(side: Side): Promise<boolean> {
    let connection = this.connections.get(side);
    if (connection === undefined) {
      connection = await connectAsRoot(this.sockets[side]);
      this.connections.set(side, connection);
    }
    // Without read_only even super_read_only stops nobody.
    const [[row]] = await connection.query<RowDataPacket[]>("SELECT @@GLOBAL.read_only = 0 AS writable");
    return row?.writable === 1;
  }
}

/** Spans of one sample end before they begin, and overlap with nothing. */
function overlaps(one: Span, two: Span | undefined): boolean {
  return two !== undefined && Math.max(one.from, two.from) <= Math.min(one.to, two.to);
}

/** Longest time in milliseconds in which nobody accepted writes, until `end`. */
export function longestPause(sightings: readonly Sighting[], end: number): number {
  const pauses = sightings.map(({ at, writable }, index) =>
    writable === "none" ? (sightings[index + 1]?.at ?? end) - at : 0,
  );
  return Math.max(0, ...pauses);
}
