import { setTimeout as sleep } from "node:timers/promises";
import { FerryError } from "./problem.js";

/** What one look at the awaited thing found: it is there, or what was seen instead. */
export type Look<T> = { readonly done: T } | { readonly seen: string };

export interface WaitOptions {
  /** What is awaited, in words, e.g. "channel gtid_ferry receives and applies". */
  readonly awaited: string;
  readonly where: string;
  readonly next: string;
  readonly timeoutSeconds: number;
  /** @default 0.5 */
  readonly intervalSeconds?: number;
}

/** Looks again and again until `look` is done; after `timeoutSeconds` the error says what was awaited and last seen. */
export async function waitUntil<T>(options: WaitOptions, look: () => Promise<Look<T>>): Promise<T> {
  const deadline = Date.now() + options.timeoutSeconds * 1000;
  for (;;) {
    const found = await look();
    if ("done" in found) return found.done;
    if (Date.now() >= deadline) {
      throw new FerryError({
        failed: `waiting ${options.timeoutSeconds} s`,
        where: options.where,
        seen: found.seen,
        wanted: options.awaited,
        next: options.next,
      });
    }
    await sleep((options.intervalSeconds ?? 0.5) * 1000);
  }
}
