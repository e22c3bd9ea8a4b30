import { formatGtidSet } from "../gtid/index.js";
import { type Finding, messageOf, type Progress } from "../operation/index.js";
import { countUnseen } from "../reconcile/index.js";
import { type MemberState, type ObservedTopology, reachableMembers } from "../topology/index.js";
import type { TrafficRoute } from "../traffic/index.js";
import { awaitDeath, probePrimary, whileDead } from "./await-death.js";
import { choiceGrounds } from "./candidates.js";
import { promote } from "./commit.js";
import { describeChoice } from "./describe.js";
import { type Choice, type ChoiceOutcome, elect } from "./elect.js";
import { alive, notDead, notExpected, unknownPrimary } from "./findings.js";
import { applyRelayLog, gatherMissing } from "./gather.js";
import { pointAt, restoreReplicas, stopReceiver, stopReceivers } from "./receivers.js";
import { lockAll, planRepair, type Repaired, repair } from "./repair.js";
import { assertFailoverRequest, type FailoverRequest } from "./request.js";
import {
  type FailoverListener,
  type FailoverRun,
  observeRun,
  type Reachable,
  type TimedFailoverStep,
  type Unreachable,
  withRun,
} from "./run.js";

/** How a failover went. */
export interface FailoverReport {
  readonly primary: string;
  readonly previous: string;
  /** Number of the journal's entry. */
  readonly number: number;
  /** From the beginning of this run, its connections included, until the new primary accepted writes. */
  readonly writableMilliseconds: number;
  /** GTIDs that somebody had and that are lost, as accepted; `""` is none. */
  readonly lost: string;
  /** Errant GTIDs that became everybody's, as accepted; `""` is none. */
  readonly replayed: string;
  readonly steps: readonly TimedFailoverStep[];
  readonly repaired: Repaired;
}

export type FailoverResult =
  /** Nothing was changed, or everything is as it was. */
  | { readonly kind: "refused"; readonly findings: readonly Finding[] }
  /** The primary lives; what an earlier run had left was completed around it. */
  | { readonly kind: "completed"; readonly primary: string; readonly repaired: Repaired }
  | { readonly kind: "failed over"; readonly report: FailoverReport };

/**
 * Makes the best replica the primary when the primary is dead, or refuses and says why. A run that was killed before the
 * journal's entry is begun anew by the next one; after it, it is completed. `routes` stay open; the caller closes them.
 */
export async function failover(
  request: FailoverRequest,
  routes: readonly TrafficRoute[],
  progress: Progress,
  listener?: FailoverListener,
): Promise<FailoverResult> {
  assertFailoverRequest(request);
  return withRun(request, routes, progress, listener, async (run) => {
    await lockAll(run, request.limits.settleTimeoutSeconds);
    const observed = await observeRun(run);
    const { status } = observed;
    const { expectedPrimary } = request;
    switch (status.kind) {
      case "unknown":
      case "foreign":
        return refused(unknownPrimary(status));
      case "reachable":
        return completeAround(run, observed, status);
      case "unreachable":
        if (expectedPrimary === undefined || expectedPrimary === status.name) return replace(run, observed, status);
        return refused(notExpected(status.name, expectedPrimary));
    }
  });
}

function refused(...findings: readonly Finding[]): FailoverResult {
  return { kind: "refused", findings };
}

async function completeAround(
  run: FailoverRun,
  observed: ObservedTopology,
  { name }: Reachable,
): Promise<FailoverResult> {
  const plan = await planRepair(run, observed, name);
  if (plan.steps.length > 0) return { kind: "completed", primary: name, repaired: await repair(run, observed, plan) };
  return refused(...alive(observed, name, plan));
}

/** The choice, with the members that read from the candidate already; or why there is none. */
type Prepared =
  | Exclude<ChoiceOutcome, { choice: Choice }>
  | { readonly choice: Choice; readonly pointed: readonly string[] };

async function replace(run: FailoverRun, observed: ObservedTopology, dead: Unreachable): Promise<FailoverResult> {
  const { request, timeline, progress } = run;
  const involved = reachableMembers(observed).filter(({ name }) => !request.overrides.without.includes(name));
  const followers = involved.filter(({ source }) => source === dead.name);
  const death = await timeline.run("confirm", () => awaitDeath(run, dead.name, followers));
  if (death.kind === "alive") return refused(notDead(dead.name, death.why));
  const stopped = receiversToStop(involved, observed);
  const restore = () => restoreReplicas(run, stopped);
  const prepared = await prepareWhileDead(run, dead, involved, stopped).catch(async (error: unknown) => {
    // As it was: the next run, or the primary if it comes back, finds replicas that receive.
    await restore();
    throw error;
  });
  if ("refusals" in prepared) {
    await restore();
    return refused(...prepared.refusals);
  }
  const { choice, pointed } = prepared;
  const { candidate, lost, replayed } = choice;
  const promotion = { candidate, replaced: dead, unseen: countUnseen(observed, request.overrides.without) };
  const number = await timeline.run("promote", () => promote(run, promotion, restore));
  const writableMilliseconds = timeline.milliseconds;
  progress(`committed: ${candidate} is the primary and accepts writes, after ${writableMilliseconds / 1000} s`);
  const repaired = await finish(run, candidate, pointed);
  return {
    kind: "failed over",
    report: {
      primary: candidate,
      previous: dead.name,
      number,
      writableMilliseconds,
      lost: formatGtidSet(lost),
      replayed: formatGtidSet(replayed),
      steps: timeline.steps,
      repaired,
    },
  };
}

/**
 * Members whose receivers stop before the election. One that reads from a replica that answers gets no more than that one
 * has, goes on, and acknowledges what that one applies.
 */
export function receiversToStop(involved: readonly MemberState[], { members }: ObservedTopology): MemberState[] {
  return involved.filter(({ source }) => source === undefined || members[source]?.reachable !== true);
}

/** Elects a candidate and brings it to where it has everything that it can get, as long as the primary gives no answer. */
async function prepareWhileDead(
  run: FailoverRun,
  dead: Unreachable,
  involved: readonly MemberState[],
  stopped: MemberState[],
): Promise<Prepared> {
  await run.timeline.run("stop receivers", () => stopReceivers(run, involved, stopped));
  const outcome = await whileDead(
    () => probePrimary(run, dead.name),
    (cameBack) => prepare(run, dead, involved, stopped, cameBack),
  );
  return "done" in outcome
    ? outcome.done
    : { refusals: [notDead(dead.name, `it has come back: ${outcome.cameBack.seen}`)] };
}

/** Rejects soon after an abort. A candidate whose receiver still runs is stopped, too, and added to `stopped`. */
async function prepare(
  run: FailoverRun,
  dead: Unreachable,
  involved: readonly MemberState[],
  stopped: MemberState[],
  cameBack: AbortSignal,
): Promise<Prepared> {
  const { request, timeline, progress } = run;
  const { overrides } = request;
  const electNow = async (): Promise<ChoiceOutcome> =>
    elect(choiceGrounds(await observeRun(run), dead, run.routes, overrides), overrides);
  let outcome = await timeline.run("elect", electNow);
  const stillReceiving = () => involved.find((member) => isChosen(member, outcome) && !stopped.includes(member));
  for (let member = stillReceiving(); member !== undefined; member = stillReceiving()) {
    stopped.push(member);
    await stopReceiver(run, member.name);
    // Its source may have sent it something since.
    outcome = await electNow();
  }
  if ("refusals" in outcome) return outcome;
  const { choice } = outcome;
  for (const line of describeChoice(choice)) progress(line);
  await timeline.run("apply relay log", () => applyRelayLog(run, choice.candidate, choice.own.toString(), cameBack));
  await timeline.run("gather missing", async () => {
    for (const collection of choice.collections) await gatherMissing(run, choice.candidate, collection, cameBack);
  });
  cameBack.throwIfAborted();
  return { choice, pointed: await pointForAcknowledgement(run, choice, involved, stopped) };
}

/** Gives the members that read from the candidate already. */
async function pointForAcknowledgement(
  run: FailoverRun,
  { candidate, diverged }: Choice,
  involved: readonly MemberState[],
  stopped: readonly MemberState[],
): Promise<string[]> {
  const isWaiting = involved.some(({ name, semiSync }) => name === candidate && semiSync.isSourceEnabled);
  if (!isWaiting) return [];
  const others = stopped.filter(
    ({ name, channel }) => name !== candidate && channel !== undefined && !diverged.some((one) => one.name === name),
  );
  await pointAt(run, candidate, others);
  return others.map(({ name }) => name);
}

function isChosen({ name }: MemberState, outcome: ChoiceOutcome): boolean {
  return "choice" in outcome && outcome.choice.candidate === name;
}

/** What follows the commit. What fails here is left for the next run, which completes it. */
async function finish(run: FailoverRun, primary: string, pointed: readonly string[]): Promise<Repaired> {
  const failed: string[] = [];
  await run.timeline.run("switch traffic", async () => {
    await Promise.all(
      run.routes.map((route) =>
        route.lead(primary).catch((error: unknown) => {
          failed.push(`${route.name}: ${messageOf(error)}`);
        }),
      ),
    );
  });
  return run.timeline.run("follow", async () => {
    try {
      const observed = await observeRun(run);
      const repaired = await repair(run, observed, await planRepair(run, observed, primary, pointed));
      return { ...repaired, failed: [...failed, ...repaired.failed] };
    } catch (error) {
      return { done: [], left: [], failed: [...failed, messageOf(error)] };
    }
  });
}
