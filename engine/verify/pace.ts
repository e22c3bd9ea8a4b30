import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { reaches } from "../mysql/index.js";
import { FerryError, type Progress } from "../operation/index.js";
import { readPosition } from "./position.js";
import type { Lane } from "./sessions.js";

export interface PaceLimits {
  /** Comparing pauses while the replica is further behind. */
  readonly maximumLagSeconds: number;
  /** Comparing pauses while more threads run on the primary. */
  readonly maximumRunningThreads: number;
  /** How long it may pause until that is an error, and how long the replica may take to apply what the primary has. */
  readonly lagTimeoutSeconds: number;
}

const LOOK_INTERVAL_MILLISECONDS = 1_000;
/** The one that looks, one that reads a chunk, and one that sends the binary log. */
const OWN_THREADS = 3;
const NOTICEABLE_SLOWDOWN = 1.3;
/** At most three quarters of the time go to others. */
const GREATEST_REST = 3;
const threadsRow = z.object({ running: z.coerce.number() });

/** Watches both servers' load on connections of its own, and pauses the comparison while it is too great. */
export class Pace {
  private readonly ended = new AbortController();
  private obstacle: string | undefined;
  /** Threads that worked on the primary at the last look, this comparison's own included. */
  private running = 0;
  private failure: unknown;
  private readonly watching: Promise<void>;

  constructor(
    private readonly watcher: Lane,
    private readonly limits: PaceLimits,
    private readonly progress: Progress,
  ) {
    this.watching = this.watch();
  }

  /** Resolves when there is room for one more chunk. */
  async ready(): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
    if (this.obstacle === undefined) return;
    const deadline = Date.now() + this.limits.lagTimeoutSeconds * 1000;
    this.progress(`paused: ${this.obstacle}`);
    while (this.obstacle !== undefined) {
      if (this.failure !== undefined) throw this.failure;
      if (Date.now() >= deadline) throw this.overloaded(this.obstacle);
      await sleep(100);
    }
    this.progress("resumed");
  }

  /**
   * Leaves the processors to the application after a chunk that took `seconds`, `slowdown` times as long as it could:
   * the more the two are in each other's way, the longer. Nobody is waited for where nobody else works.
   */
  async yieldTo(seconds: number, slowdown: number): Promise<void> {
    if (this.running <= OWN_THREADS || slowdown < NOTICEABLE_SLOWDOWN) return;
    await sleep(seconds * Math.min(slowdown - 1, GREATEST_REST) * 1000);
  }

  async stop(): Promise<void> {
    this.ended.abort();
    await this.watching;
  }

  private async watch(): Promise<void> {
    try {
      while (!this.ended.signal.aborted) {
        this.obstacle = (await this.lookAtLag()) ?? (await this.lookAtLoad());
        await sleep(LOOK_INTERVAL_MILLISECONDS, undefined, { signal: this.ended.signal }).catch(() => undefined);
      }
    } catch (error) {
      this.failure = error;
    }
  }

  private async lookAtLag(): Promise<string | undefined> {
    const { primary, replica } = this.watcher;
    const { maximumLagSeconds } = this.limits;
    if (await reaches(replica, await readPosition(primary), maximumLagSeconds)) return undefined;
    return `${replica.label} is more than ${maximumLagSeconds} s behind`;
  }

  private async lookAtLoad(): Promise<string | undefined> {
    const { running } = await this.watcher.primary.queryOne(
      "SELECT VARIABLE_VALUE AS running FROM performance_schema.global_status WHERE VARIABLE_NAME = 'Threads_running'",
      [],
      threadsRow,
    );
    this.running = running;
    if (running <= this.limits.maximumRunningThreads) return undefined;
    return `${running} threads run on ${this.watcher.primary.label}, more than ${this.limits.maximumRunningThreads}`;
  }

  private overloaded(obstacle: string): FerryError {
    const { primary, replica } = this.watcher;
    return new FerryError({
      failed: "comparing the data",
      where: `${primary.label} and ${replica.label}`,
      seen: `${obstacle}, for ${this.limits.lagTimeoutSeconds} s`,
      wanted: "servers with room for it",
      next: "check the channel (pulumi up repairs it), or wait for less load, then run again: it resumes where it was",
    });
  }
}
