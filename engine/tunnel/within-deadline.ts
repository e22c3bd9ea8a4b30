import { setTimeout as sleep } from "node:timers/promises";

/** A promise's result; after the deadline (milliseconds since 1970) an error, and what comes late is disposed of. */
export async function withinDeadline<T>(
  work: Promise<T>,
  deadline: number,
  expired: () => Error,
  dispose: (late: T) => void,
): Promise<T> {
  const ended = new AbortController();
  const expiry = async (): Promise<never> => {
    await sleep(Math.max(deadline - Date.now(), 0), undefined, { signal: ended.signal });
    // Nobody waits for its failure any more.
    work.then(dispose, () => undefined);
    throw expired();
  };
  try {
    return await Promise.race([work, expiry()]);
  } finally {
    ended.abort();
  }
}
