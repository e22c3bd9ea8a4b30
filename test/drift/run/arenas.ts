import { Arena } from "./arena.js";

/** Cases on one pair: binary logs and undo logs grow. */
const CASES_PER_ARENA = 250;

/** Gives every case a pair of servers, the same one for many, and another where a case has spoilt it. */
export class Arenas {
  private arena: Arena | undefined;
  private used = 0;

  /** For one case. */
  async next(): Promise<Arena> {
    if (this.used >= CASES_PER_ARENA) await this.stop();
    this.arena ??= await Arena.start();
    this.used += 1;
    return this.arena;
  }

  async stop(): Promise<void> {
    const { arena } = this;
    this.arena = undefined;
    this.used = 0;
    await arena?.stop();
  }
}
