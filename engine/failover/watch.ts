import { setTimeout as sleep } from "node:timers/promises";
import { messageOf, type Progress } from "../operation/index.js";
import { describeVerdict, type Plan } from "../reconcile/index.js";
import { type ObservedTopology, serverFor } from "../topology/index.js";
import type { TrafficRoute } from "../traffic/index.js";
import { appendRecord, type RecordedEvent } from "./audit-log.js";
import { coolDownLeft } from "./cool-down.js";
import { describeSeen } from "./describe.js";
import { failover } from "./failover.js";
import { describeLeft, lockAll, planRepair, repair } from "./repair.js";
import { assertFailoverRequest, type FailoverRequest, NO_OVERRIDES } from "./request.js";
import { type FailoverRun, observeRun, type Reachable, withRun } from "./run.js";
import { persistFence, revertFence } from "./watched.js";

export interface WatchOptions {
  /** Replace a dead primary, with the same refusals as by hand and with no override. */
  readonly failover: boolean;
  /** Members that are left out, for good: none of them may become the primary elsewhere meanwhile. */
  readonly without?: readonly string[];
  readonly intervalSeconds: number;
  /** No automatic failover for so long after the role has moved. */
  readonly coolDownSeconds: number;
  /** File that gets what was seen and done, as JSON lines. */
  readonly recordFile?: string;
}

/** A lock that another run holds is waited for only this long: the next look comes soon. */
const LOCK_SECONDS = 1;

/**
 * Looks at the topology again and again, and says what has changed. With `failover` it also keeps it whole: it replaces a
 * dead primary, takes back former ones, makes a primary writable that has only restarted, and lets the present one come back
 * fenced if it dies. Stops cleanly when `ended` is aborted.
 */
export async function watch(
  request: Omit<FailoverRequest, "overrides">,
  routes: readonly TrafficRoute[],
  options: WatchOptions,
  progress: Progress,
  ended: AbortSignal,
): Promise<void> {
  const full = { ...request, overrides: { ...NO_OVERRIDES, without: options.without ?? [] } };
  assertFailoverRequest(full);
  const watcher = new Watcher(full, routes, options, progress);
  // A file that cannot be written is found now, and not when there is something to record.
  if (options.recordFile !== undefined) {
    await appendRecord(options.recordFile, { kind: "watch begins", failover: options.failover });
  }
  while (!ended.aborted) {
    await watcher.look();
    // Rejects when the watch ends.
    await sleep(options.intervalSeconds * 1000, undefined, { signal: ended }).catch(() => undefined);
  }
  if (options.failover) await watcher.end();
  await watcher.record({ kind: "watch ends" });
}

class Watcher {
  private readonly reported = new Map<string, string>();
  /** Of the present look. */
  private failures: string[] = [];

  constructor(
    private readonly request: FailoverRequest,
    private readonly routes: readonly TrafficRoute[],
    private readonly options: WatchOptions,
    private readonly progress: Progress,
  ) {}

  /** One look, and what follows from it. Nothing that fails ends the watch. */
  async look(): Promise<void> {
    this.failures = [];
    try {
      const isDead = await this.withRun((run) => this.lookAt(run));
      if (isDead) await this.failOver();
    } catch (error) {
      this.failures.push(messageOf(error));
    }
    await this.logOnce("failed", this.failures);
  }

  /** On a clean shutdown the setting is reverted that lets the primary come back fenced. */
  async end(): Promise<void> {
    try {
      await this.withRun(async (run) => {
        const observed = await observeRun(run);
        const primary = observed.members[observed.primary ?? ""];
        if (primary?.reachable === true)
          await revertFence(serverFor(run.members, primary.name), primary, this.progress);
      });
    } catch (error) {
      await this.logOnce("failed", [messageOf(error)]);
    }
  }

  /** A full disk must not end a watch. */
  async record(event: RecordedEvent): Promise<void> {
    const { recordFile } = this.options;
    if (recordFile === undefined) return;
    try {
      await appendRecord(recordFile, event);
    } catch (error) {
      this.progress(`not recorded (${event.kind}): ${messageOf(error)}`);
    }
  }

  /** Whether the primary seems dead and may be replaced now. */
  private async lookAt(run: FailoverRun): Promise<boolean> {
    const observed = await observeRun(run);
    const { status } = observed;
    await this.logOnce("seen", describeSeen(observed));
    if (!this.options.failover) return false;
    if (status.kind === "reachable") {
      await this.keepInOrder(run, observed, status);
      return false;
    }
    if (status.kind !== "unreachable") return false;
    const left = Math.ceil(coolDownLeft(observed, this.options.coolDownSeconds));
    if (left === 0) return true;
    const until = new Date(Date.now() + left * 1000).toISOString().slice(0, 16);
    await this.logOnce("refused", [`the role has moved a short while ago: no automatic failover before ${until} UTC`]);
    return false;
  }

  private async failOver(): Promise<void> {
    const result = await failover(this.request, this.routes, this.progress);
    switch (result.kind) {
      case "refused":
        return this.logOnce("refused", result.findings.map(describeVerdict));
      case "completed":
        return this.record({ kind: "repaired", ...result.repaired });
      case "failed over":
        this.reported.clear();
        return this.record({ kind: "failed over", ...result.report });
    }
  }

  private async keepInOrder(run: FailoverRun, observed: ObservedTopology, { name }: Reachable): Promise<void> {
    this.reported.delete("refused");
    const plan = await this.plan(run, observed, name);
    await this.logOnce("left", describeLeft(plan));
    if (plan.steps.length === 0) return this.persistFence(run, observed);
    await lockAll(run, LOCK_SECONDS);
    // Another run may have worked until now, and may have given the role to somebody else.
    const present = await observeRun(run);
    if (present.primary === undefined) return;
    const repaired = await repair(run, present, await this.plan(run, present, present.primary));
    if (repaired.done.length > 0) await this.record({ kind: "repaired", ...repaired });
    this.failures.push(...repaired.failed);
    await this.persistFence(run, await observeRun(run));
  }

  private async persistFence({ members }: FailoverRun, observed: ObservedTopology): Promise<void> {
    const primary = observed.members[observed.primary ?? ""];
    if (primary?.reachable !== true) return;
    const { name } = primary;
    const isNew = await persistFence(serverFor(members, name), primary, this.progress);
    if (isNew) await this.record({ kind: "fence persisted", primary: name });
  }

  /** A primary that a person has made read-only stays so. */
  private plan(run: FailoverRun, observed: ObservedTopology, primary: string): Promise<Plan> {
    return planRepair(run, observed, primary, [], "restart");
  }

  /** Says and records something once, until it changes. */
  private async logOnce(kind: "seen" | "refused" | "failed" | "left", lines: readonly string[]): Promise<void> {
    const text = lines.join("\n");
    if ((this.reported.get(kind) ?? "") === text) return;
    const before = new Set((this.reported.get(kind) ?? "").split("\n"));
    this.reported.set(kind, text);
    for (const line of lines.filter((candidate) => !before.has(candidate))) this.progress(line);
    if (lines.length > 0) await this.record({ kind: kind === "left" ? "seen" : kind, lines });
  }

  private withRun<T>(work: (run: FailoverRun) => Promise<T>): Promise<T> {
    return withRun(this.request, this.routes, this.progress, undefined, work);
  }
}
