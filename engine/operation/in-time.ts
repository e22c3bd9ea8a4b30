import { setTimeout as sleep } from "node:timers/promises";
import { FerryError } from "./problem.js";

/** A promise's result, or an error when it takes too long: a network that swallows packets never answers. */
export async function inTime<T>(work: Promise<T>, milliseconds: number, what: string, where: string): Promise<T> {
  const ended = new AbortController();
  const expiry = async (): Promise<never> => {
    await sleep(Math.max(milliseconds, 0), undefined, { signal: ended.signal });
    throw new FerryError({
      failed: what,
      where,
      seen: `no answer for ${(milliseconds / 1000).toFixed(1)} s`,
      wanted: "an answer within the budget",
      next: "check the network to that server and its load, then run again",
    });
  };
  try {
    return await Promise.race([work, expiry()]);
  } finally {
    ended.abort();
  }
}
