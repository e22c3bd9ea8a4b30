/**
 * How Pulumi's command plugin connects (pulumi-command v1.2.1, provider/pkg/provider/remote/connection.go dialWithRetry;
 * delays of pulumi/sdk/v3/go/common/util/retry: 100 ms, then half as much again each time, 5 s at most).
 */

const FIRST_DELAY_MILLISECONDS = 100;
const LONGEST_DELAY_MILLISECONDS = 5000;
const BACKOFF = 1.5;

/** Tries once and then `limit` times more, without end where that is -1; whatever the error is, a wrong key too. */
export async function dialWithRetry<T>(
  limit: number,
  dial: () => Promise<T>,
  sleep: (milliseconds: number) => Promise<unknown>,
): Promise<T> {
  let delay = FIRST_DELAY_MILLISECONDS;
  for (let failed = 0; ; failed += 1) {
    try {
      return await dial();
    } catch (error) {
      if (limit > -1 && failed + 1 > limit) {
        throw new Error(`after ${failed} failed attempts: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    await sleep(delay);
    delay = Math.min(delay * BACKOFF, LONGEST_DELAY_MILLISECONDS);
  }
}
