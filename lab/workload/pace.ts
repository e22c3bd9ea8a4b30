import { setTimeout as sleep } from "node:timers/promises";

/** Lets `perSecond` callers through in a second, evenly; time that nobody used is not made up for. */
export function evenPace(perSecond: number, now: () => number = () => performance.now()): () => Promise<void> {
  let next = now();
  return async () => {
    const turn = Math.max(next, now());
    next = turn + 1000 / perSecond;
    if (turn > now()) await sleep(turn - now());
  };
}
