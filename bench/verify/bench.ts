import { setTimeout as sleep } from "node:timers/promises";
import type { Contestant, Verified } from "./contestants.js";
import type { ContestantRound, Turn } from "./figures.js";
import { type Load, type LoadOptions, underLoad } from "./load.js";
import { catchUp, type Place, verifiedMebibytes } from "./place.js";

/** Gives each contestant its turns, all of the same length, from a replica that has everything. */
export class Bench {
  constructor(
    private readonly place: Place,
    private readonly load: LoadOptions,
    private readonly directory: string,
    private readonly turnSeconds: number,
  ) {}

  async baseline(): Promise<Load> {
    await catchUp(this.place.pair);
    return (await this.underLoad(() => sleep(this.turnSeconds * 1000))).load;
  }

  async round(contestant: Contestant): Promise<ContestantRound> {
    return {
      ceaseless: await this.turn(async (end) => {
        const verifications = [await contestant()];
        while (performance.now() < end) verifications.push(await contestant());
        return verifications;
      }),
      once: await this.turn(async (end) => {
        const verification = await contestant();
        await sleep(Math.max(0, end - performance.now()));
        return [verification];
      }),
    };
  }

  private async turn(work: (end: number) => Promise<readonly Verified[]>): Promise<Turn> {
    await catchUp(this.place.pair);
    const mebibytes = await verifiedMebibytes(this.place);
    const { load, result } = await this.underLoad(() => work(performance.now() + this.turnSeconds * 1000));
    return { load, mebibytes, verifications: result };
  }

  private underLoad<T>(work: () => Promise<T>) {
    return underLoad(this.place.pair.source, this.load, this.directory, work);
  }
}
