import { setTimeout as sleep } from "node:timers/promises";

interface Clock {
  /** Milliseconds. */
  now(): number;
  wait(milliseconds: number): Promise<unknown>;
}

const realClock: Clock = { now: () => performance.now(), wait: sleep };

/** Lets `perSecond` callers through in a second, evenly; time that nobody used is not made up for. */
export function evenPace(perSecond: number, clock: Clock = realClock): () => Promise<void> {
  const { now, wait } = clock;
  let next = now();
  return async () => {
    const turn = Math.max(next, now());
    next = turn + 1000 / perSecond;
    if (turn > now()) await wait(turn - now());
  };
}
