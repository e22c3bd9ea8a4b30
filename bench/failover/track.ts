import { randomInt } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type FailoverReport, type FailoverRequest, watch } from "@gtid-ferry/engine/failover";
import { makeTestDirectory, removeTestDirectory } from "../../lab/testing.js";
import { type FailoverTree, type Name, startFailoverTree } from "../../test/server/helpers/failover-tree.js";
import type { FollowingWriters } from "../../test/server/helpers/following-writers.js";

export interface Load {
  readonly connections: number;
  /** Rest of each connection after each write: so much that replicas on the same machine can keep up. */
  readonly thinkMilliseconds: number;
  readonly confirmSeconds: number;
  readonly intervalSeconds: number;
}

export interface Round {
  /** From the last write that the old primary acknowledged to the first one of the new primary. */
  readonly pauseSeconds: number;
  /** Whether the old primary had transactions that no client had been promised, and had to be repaired. */
  readonly diverged: boolean;
}

/** Writes whose outcome contradicts what the clients were promised, on the worst server. */
export interface Audit {
  readonly acknowledged: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly phantom: number;
}

const LEAST_LOAD_MILLISECONDS = 200;
const MOST_LOAD_MILLISECONDS = 1_500;
const LOOK_MILLISECONDS = 50;
const ROUND_SECONDS = 90;

/** Four servers under load and a watch that replaces whoever is killed. */
export class Track {
  /** The greatest number of servers that were seen writable at a time. */
  mostWritable = 0;

  private constructor(
    private readonly tree: FailoverTree,
    private readonly directory: string,
    private readonly writers: FollowingWriters,
    private readonly ended: AbortController,
    private readonly watching: Promise<void>,
    private readonly lines: readonly string[],
  ) {}

  static async start(load: Load): Promise<Track> {
    const directory = await makeTestDirectory("bench-failover-record");
    const tree = await startFailoverTree("bench-failover");
    const lines: string[] = [];
    const ended = new AbortController();
    const request: FailoverRequest = {
      ...tree.request,
      limits: { ...tree.request.limits, confirmSeconds: load.confirmSeconds, confirmTimeoutSeconds: 60 },
    };
    const options = {
      failover: true,
      intervalSeconds: load.intervalSeconds,
      coolDownSeconds: 0.001,
      recordFile: join(directory, "watch.jsonl"),
    };
    const watching = watch(request, [], options, (line) => lines.push(line), ended.signal);
    const writers = await tree.write(load.connections, load.thinkMilliseconds);
    return new Track(tree, directory, writers, ended, watching, lines);
  }

  /** Kills the primary at a random moment, and waits until everybody is back and follows the new one. */
  async round(): Promise<Round> {
    const { tree, writers } = this;
    const [former] = await this.writableNow();
    if (former === undefined) throw new Error("no server accepts writes");
    await sleep(randomInt(LEAST_LOAD_MILLISECONDS, MOST_LOAD_MILLISECONDS));
    writers.takeGaps();
    const begin = this.lines.length;
    await tree.servers[former].kill();
    const primary = await this.awaitOther(former);
    await tree.waitForReplicas(primary);
    await sleep(LEAST_LOAD_MILLISECONDS);
    const pauseSeconds = writers.takeGaps().overall / 1000;
    await tree.servers[former].restart();
    const diverged = await this.awaitReturn(former, primary, begin);
    return { pauseSeconds, diverged };
  }

  /** Ends the load: everybody then has the same, and each acknowledged write once. */
  async finish(): Promise<Audit> {
    await this.writers.stop();
    const [primary = "a"] = await this.writableNow();
    await this.tree.awaitEqual(primary);
    const audits = await Promise.all(
      this.tree.names.map(async (name) => this.writers.audit(await this.tree.ids(name, this.writers))),
    );
    const worst = (kind: "lost" | "duplicated" | "phantom") => Math.max(...audits.map((found) => found[kind].length));
    return {
      acknowledged: this.writers.acknowledged.length,
      lost: worst("lost"),
      duplicated: worst("duplicated"),
      phantom: worst("phantom"),
    };
  }

  /** What the watch recorded of its failovers. */
  async reports(): Promise<FailoverReport[]> {
    const text = await readFile(join(this.directory, "watch.jsonl"), "utf8");
    const events: ({ kind: string } & FailoverReport)[] = text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    return events.filter(({ kind }) => kind === "failed over");
  }

  /** The last words of the watch, for a round that failed. */
  get lastLines(): readonly string[] {
    return this.lines.slice(-20);
  }

  async stop(): Promise<void> {
    this.ended.abort();
    await this.watching;
    await this.writers.stop();
    await this.tree.stop();
    await removeTestDirectory(this.directory);
  }

  private async writableNow(): Promise<Name[]> {
    const names = await this.tree.writable();
    this.mostWritable = Math.max(this.mostWritable, names.length);
    return names;
  }

  private async awaitOther(former: Name): Promise<Name> {
    return this.until(`another primary than ${former}`, async () => {
      const [other] = (await this.writableNow()).filter((name) => name !== former);
      return other;
    });
  }

  private async awaitReturn(former: Name, primary: Name, since: number): Promise<boolean> {
    let diverged = false;
    await this.until(`${former} following ${primary}`, async () => {
      await this.writableNow();
      const lines = this.lines.slice(since);
      if (!diverged && lines.some((line) => line.startsWith(`left: ${former} `) && line.includes("only it has"))) {
        await this.tree.repair(former, primary);
        diverged = true;
      }
      return (await this.tree.follows(former)) ? true : undefined;
    });
    return diverged;
  }

  private async until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
    const deadline = performance.now() + ROUND_SECONDS * 1000;
    for (;;) {
      const found = await look();
      if (found !== undefined) return found;
      if (performance.now() > deadline) throw new Error(`no ${what} after ${ROUND_SECONDS} s`);
      await sleep(LOOK_MILLISECONDS);
    }
  }
}
