import { setTimeout as sleep } from "node:timers/promises";
import { FerryError } from "./problem.js";
import type { Progress } from "./progress.js";

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
  /** Told every few seconds what was seen last. */
  readonly progress: Progress;
}

/** How often a wait says what it sees; one of hours less often. */
const TOLD_EVERY_MILLISECONDS = 5_000;
const TOLD_EVERY_PART = 0.05;

/**
 * Looks again and again until `look` is done; after `timeoutSeconds` the error says what was awaited and last seen. What
 * waiting cannot help with, `look` throws.
 */
export async function waitUntil<T>(options: WaitOptions, look: () => Promise<Look<T>>): Promise<T> {
  const start = Date.now();
  let toldAt = 0;
  for (;;) {
    const found = await look();
    if ("done" in found) return found.done;
    const waited = Date.now() - start;
    if (waited >= options.timeoutSeconds * 1000) {
      throw new FerryError({
        failed: `waiting ${options.timeoutSeconds} s`,
        where: options.where,
        seen: found.seen,
        wanted: options.awaited,
        next: options.next,
      });
    }
    if (waited - toldAt >= Math.max(TOLD_EVERY_MILLISECONDS, waited * TOLD_EVERY_PART)) {
      toldAt = waited;
      options.progress(waitingLine(options, found.seen, waited));
    }
    await sleep((options.intervalSeconds ?? 0.5) * 1000);
  }
}

/** A message of several lines becomes one. */
function waitingLine({ awaited, where, timeoutSeconds }: WaitOptions, seen: string, waited: number): string {
  const so = `${Math.round(waited / 1000)} s of ${timeoutSeconds} s`;
  return `${where}: waiting, ${so}; wanted: ${awaited}; seen: ${seen.replaceAll(/\s*\n\s*/g, "; ")}`;
}
