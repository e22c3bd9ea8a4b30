import { setTimeout as sleep } from "node:timers/promises";
import type { Contestant, Verified } from "./contestants.js";
import type { ContestantRound, LoadedTurn, QuietRun } from "./figures.js";
import { watchLag } from "./lag.js";
import { type LoadOptions, underLoad } from "./load.js";
import { catchUp, type Place } from "./place.js";
import { cpuSeconds } from "./server-cpu.js";

/** Gives each contestant its turns, all of the same length, from a replica that has everything. */
export class Bench {
  constructor(
    private readonly place: Place,
    private readonly load: LoadOptions,
    private readonly directory: string,
    private readonly turnSeconds: number,
  ) {}

  /** The application alone. */
  baseline(): Promise<LoadedTurn> {
    return this.turn(async (end) => {
      await sleep(Math.max(0, end - performance.now()));
      return [];
    });
  }

  async round(contestant: Contestant): Promise<ContestantRound> {
    return {
      quiet: await this.quiet(contestant),
      loaded: await this.turn(async (end) => {
        const verifications = [await contestant()];
        while (performance.now() < end) verifications.push(await contestant());
        return verifications;
      }),
    };
  }

  async quiet(contestant: Contestant): Promise<QuietRun> {
    await catchUp(this.place.pair);
    const servers = [this.place.pair.source, this.place.pair.target];
    const before = cpuSeconds(servers);
    const verified = await contestant();
    // What a contestant leaves to the replica costs as well.
    await catchUp(this.place.pair);
    return { ...verified, cpuSeconds: cpuSeconds(servers) - before };
  }

  private async turn(work: (end: number) => Promise<readonly Verified[]>): Promise<LoadedTurn> {
    const { source, target } = this.place.pair;
    await catchUp(this.place.pair);
    const { load, result } = await underLoad(source, this.load, this.directory, () =>
      watchLag(target, () => work(performance.now() + this.turnSeconds * 1000)),
    );
    return { load, verifications: result.result, lagsMilliseconds: result.lagsMilliseconds };
  }
}
