import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "@gtid-ferry/engine/operation";
import { otherSide, type Side } from "@gtid-ferry/engine/topology";
import type { TestMysql } from "../../lab/testing.js";
import { FollowingWriters, WRITTEN_TABLE } from "../../test/server/helpers/following-writers.js";
import { type SwitchoverPair, startSwitchoverPair } from "../../test/server/helpers/switchover-pair.js";
import { quantiles } from "../statistics.js";
import type { Contestant, Switched } from "./contestants.js";

export interface Load {
  readonly connections: number;
  /** Rest of each connection after each write: so much that a replica on the same machine can keep up. */
  readonly thinkMilliseconds: number;
}

const BETWEEN_SWITCHOVERS_MILLISECONDS = 150;
const CATCH_UP_SECONDS = 60;

/** What became of all writes: numbers of them, the worse of both servers. */
export interface Writes {
  readonly acknowledged: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly phantom: number;
}

/** A pair of servers of one contestant, who moves its primary role there and back while it is written to. */
export class Track {
  private primary: Side = "source";

  private constructor(
    readonly pair: SwitchoverPair,
    private readonly load: Load,
  ) {}

  static async start(name: string, load: Load): Promise<Track> {
    const pair = await startSwitchoverPair(name);
    await pair.source.rootQuery(
      "CREATE SCHEMA app",
      WRITTEN_TABLE,
      "CREATE USER writer@'127.0.0.1' IDENTIFIED BY 'w'",
      "GRANT ALL ON app.* TO writer@'127.0.0.1'",
    );
    await awaitEqual(pair, "source");
    return new Track(pair, load);
  }

  /** Lets the contestant move the role `rounds` times under write load, then looks up every write on both servers. */
  async run(contestant: Contestant, rounds: number, results: Results): Promise<void> {
    const { connections, thinkMilliseconds } = this.load;
    const { source, target } = this.pair;
    const logins = [source, target].map(({ options }) => ({ ...options, user: "writer", password: "w" }));
    const writers = await FollowingWriters.start(logins, connections, thinkMilliseconds);
    try {
      for (let round = 0; round < rounds; round += 1) await this.move(contestant, writers, results);
    } finally {
      await writers.stop();
    }
    await awaitEqual(this.pair, this.primary);
    results.count(writers.acknowledged.length, [await audit(source, writers), await audit(target, writers)]);
  }

  private async move(contestant: Contestant, writers: FollowingWriters, results: Results): Promise<void> {
    const to = otherSide(this.primary);
    await sleep(BETWEEN_SWITCHOVERS_MILLISECONDS);
    writers.takeGaps();
    try {
      const switched = await contestant(to);
      this.primary = to;
      // The first write of the slowest connection belongs to the pause too.
      await sleep(BETWEEN_SWITCHOVERS_MILLISECONDS);
      results.add(switched, writers.takeGaps());
    } catch (error) {
      results.aborted.push(messageOf(error));
    }
  }
}

async function audit(server: TestMysql, writers: FollowingWriters) {
  const rows = await server.rootQuery(writers.selectIds);
  return writers.audit(rows.map(({ id }) => Number(id)));
}

async function awaitEqual(pair: SwitchoverPair, primary: Side): Promise<void> {
  const [row] = await pair[primary].rootQuery("SELECT @@gtid_executed AS executed");
  const replica = pair[otherSide(primary)];
  await replica.rootQuery(`SELECT WAIT_FOR_EXECUTED_GTID_SET('${String(row?.executed)}', ${CATCH_UP_SECONDS})`);
}

/** What one contestant did in all of its rounds. */
export class Results {
  readonly aborted: string[] = [];
  private readonly server: number[] = [];
  private readonly client: number[] = [];
  private readonly connections: number[] = [];
  private readonly steps = new Map<string, number[]>();
  private repeated = 0;
  private writes: Writes = { acknowledged: 0, lost: 0, duplicated: 0, phantom: 0 };

  add({ pauseMilliseconds, attempts = 1, steps = [] }: Switched, gaps: ReturnType<FollowingWriters["takeGaps"]>): void {
    this.server.push(pauseMilliseconds);
    this.client.push(gaps.overall);
    this.connections.push(...gaps.perWriter);
    if (attempts > 1) this.repeated += 1;
    for (const { step, milliseconds } of steps) {
      this.steps.set(step, [...(this.steps.get(step) ?? []), milliseconds]);
    }
  }

  count(acknowledged: number, audits: readonly ReturnType<FollowingWriters["audit"]>[]): void {
    const worse = (kind: "lost" | "duplicated" | "phantom") => Math.max(...audits.map((found) => found[kind].length));
    const { writes } = this;
    this.writes = {
      acknowledged: writes.acknowledged + acknowledged,
      lost: writes.lost + worse("lost"),
      duplicated: writes.duplicated + worse("duplicated"),
      phantom: writes.phantom + worse("phantom"),
    };
  }

  summary() {
    return {
      switchovers: this.server.length,
      aborted: this.aborted,
      neededAnotherAttempt: this.repeated,
      writes: this.writes,
      serverPauseMilliseconds: quantiles(this.server),
      clientPauseMilliseconds: quantiles(this.client),
      pausePerConnectionMilliseconds: quantiles(this.connections),
      ...(this.steps.size === 0
        ? {}
        : { stepMilliseconds: Object.fromEntries([...this.steps].map(([step, times]) => [step, quantiles(times)])) }),
    };
  }
}
