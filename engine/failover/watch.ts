import { setTimeout as sleep } from "node:timers/promises";
import { messageOf, type Progress } from "../operation/index.js";
import type { ObservedTree } from "../replica-tree/index.js";
import type { TrafficRoute } from "../traffic/index.js";
import { arm, disarm, isFencedByRestart } from "./arm.js";
import { coolDownLeft } from "./cool-down.js";
import { describeSeen } from "./describe-tree.js";
import { failover, withRun } from "./failover.js";
import { rivalsOf } from "./opening.js";
import { appendRecord, type RecordedEvent } from "./record.js";
import { assertFailoverRequest, type FailoverRequest, NO_WISHES } from "./request.js";
import { type Run, serverFor } from "./run.js";
import { lookForLeftovers, observeTree, settle } from "./settle.js";
import type { Here } from "./standing.js";

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
 * Looks at the tree again and again, and says what has changed. With `failover` it also keeps the tree whole: it replaces
 * a dead primary, takes back former ones, opens a primary that has only restarted, and arms the present one. Ends in
 * order when `ended` is aborted.
 */
export async function watch(
  request: Omit<FailoverRequest, "wishes">,
  routes: readonly TrafficRoute[],
  options: WatchOptions,
  progress: Progress,
  ended: AbortSignal,
): Promise<void> {
  const full = { ...request, wishes: { ...NO_WISHES, without: options.without ?? [] } };
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
  if (options.failover) await watcher.disarm();
  await watcher.record({ kind: "watch ends" });
}

class Watcher {
  private readonly told = new Map<string, string>();
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
    await this.tell("failed", this.failures);
  }

  async disarm(): Promise<void> {
    try {
      await this.withRun(async (run) => {
        const observed = await observeTree(run);
        const standing = observed.status;
        if (standing.kind !== "reachable") return;
        const primary = observed.members[standing.name];
        if (primary?.reachable === true) await disarm(serverFor(run, standing.name), primary, this.progress);
      });
    } catch (error) {
      await this.tell("failed", [messageOf(error)]);
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
  private async lookAt(run: Run): Promise<boolean> {
    const observed = await observeTree(run);
    const standing = observed.status;
    await this.tell("seen", describeSeen(observed));
    if (!this.options.failover) return false;
    if (standing.kind === "reachable") {
      await this.keepInOrder(run, observed, standing);
      return false;
    }
    if (standing.kind !== "unreachable") return false;
    const left = Math.ceil(coolDownLeft(observed, this.options.coolDownSeconds));
    if (left === 0) return true;
    const until = new Date(Date.now() + left * 1000).toISOString().slice(0, 16);
    await this.tell("refused", [`the role has moved a short while ago: no automatic failover before ${until} UTC`]);
    return false;
  }

  private async failOver(): Promise<void> {
    const result = await failover(this.request, this.routes, this.progress);
    switch (result.kind) {
      case "refused":
        return this.tell("refused", result.reasons);
      case "completed":
        return this.record({ kind: "settled", ...result.settled });
      case "failed over":
        this.told.clear();
        return this.record({ kind: "failed over", ...result.report });
    }
  }

  private async keepInOrder(run: Run, observed: ObservedTree, standing: Here): Promise<void> {
    this.told.delete("refused");
    const plan = await this.leftovers(run, observed, standing);
    const alone = plan.parted.map(({ member, errant }) => `${member} alone has ${errant}`);
    await this.tell("left", [...alone, ...plan.notes]);
    if (plan.steps.length === 0) return this.arm(run, observed, standing);
    await this.lockOutOthers(run, observed);
    // Another run may have worked until now, and may have given the role to somebody else.
    const present = await observeTree(run);
    const standingNow = present.status;
    if (standingNow.kind !== "reachable") return;
    const settled = await settle(run, await this.leftovers(run, present, standingNow));
    if (settled.done.length > 0) await this.record({ kind: "settled", ...settled });
    this.failures.push(...settled.failed);
    await this.arm(run, await observeTree(run), standingNow);
  }

  /** In the order of their names, so that two runs do not wait for each other. */
  private async lockOutOthers(run: Run, { members }: ObservedTree): Promise<void> {
    for (const name of Object.keys(run.members).sort()) {
      if (members[name]?.reachable === true) await serverFor(run, name).lockOut(LOCK_SECONDS);
    }
  }

  private async arm(run: Run, { members }: ObservedTree, { name }: Here): Promise<void> {
    const primary = members[name];
    if (primary?.reachable !== true) return;
    if (await arm(serverFor(run, name), primary, this.progress)) await this.record({ kind: "armed", primary: name });
  }

  /** A primary is opened only when it has restarted, and when nobody who is away could have taken its place. */
  private async leftovers(run: Run, observed: ObservedTree, { name }: Here) {
    const hasRivals = rivalsOf(observed, this.request.wishes.without).length > 0;
    const mayOpen = !hasRivals && (await isFencedByRestart(serverFor(run, name)));
    return lookForLeftovers(run, observed, name, mayOpen);
  }

  /** Says and records something once, until it changes. */
  private async tell(kind: "seen" | "refused" | "failed" | "left", lines: readonly string[]): Promise<void> {
    const text = lines.join("\n");
    if ((this.told.get(kind) ?? "") === text) return;
    const before = new Set((this.told.get(kind) ?? "").split("\n"));
    this.told.set(kind, text);
    for (const line of lines.filter((candidate) => !before.has(candidate))) this.progress(line);
    if (lines.length > 0) await this.record({ kind: kind === "left" ? "seen" : kind, lines });
  }

  private withRun<T>(work: (run: Run) => Promise<T>): Promise<T> {
    return withRun(this.request, this.routes, this.progress, undefined, work);
  }
}
