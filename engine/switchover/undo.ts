import { unfence } from "../fence/index.js";
import { inTime, messageOf } from "../operation/index.js";
import { complete } from "./complete.js";
import { OutcomeUnknown } from "./outcome.js";
import type { SwitchoverRun } from "./situation.js";

const ANSWER_MILLISECONDS = 2_000;

/**
 * Lifts the fence over the connections that are open, sees it lifted, lets traffic go on, and clears away the rest. Only
 * before the fail-safe is ended. Gives how long writes were stopped, in milliseconds.
 */
export async function undo(run: SwitchoverRun, primary: string, stoppedAt: number): Promise<number> {
  const { main, watcher } = run.sessions.of(primary);
  const lift = (server: typeof main) => inTime(unfence(server), ANSWER_MILLISECONDS, "lifting the fence", server.label);
  try {
    // `main` may be the very connection that broke.
    await lift(main).catch(() => lift(watcher));
  } catch (error) {
    throw new OutcomeUnknown(error, stoppedAt);
  }
  const stoppedMilliseconds = performance.now() - stoppedAt;
  try {
    await Promise.all(run.routes.map((route) => route.lead(primary)));
    await complete(run);
  } catch (error) {
    // The primary accepts writes, and the fail-safe still clears what would fence it after a restart.
    run.progress(`left for the next run to clear away: ${messageOf(error)}`);
  }
  return stoppedMilliseconds;
}
