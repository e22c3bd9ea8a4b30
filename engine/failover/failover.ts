import { oneLine } from "../errant/index.js";
import { messageOf, type Progress } from "../operation/index.js";
import { type Members, type ObservedTree, type PlacedMember, serverOf, withMembers } from "../replica-tree/index.js";
import type { TrafficRoute } from "../traffic/index.js";
import { awaitDeath, lookAtPrimary, whileDead } from "./await-death.js";
import { type Choice, type ChoiceOutcome, choose } from "./choose.js";
import { describeChoice } from "./describe.js";
import { collect, drain, pointAt, stopReceiver, stopReceivers } from "./drain.js";
import { countUnseen } from "./next-entry.js";
import { openingOf, whyAtRest } from "./opening.js";
import { promote } from "./promote.js";
import { choiceGrounds } from "./replicas.js";
import { assertFailoverRequest, type FailoverRequest } from "./request.js";
import { restoreReplicas } from "./restore.js";
import type { Run } from "./run.js";
import { lookForLeftovers, observeTree, type Settled, settle } from "./settle.js";
import { type Away, type Here, reachable } from "./standing.js";
import { type FailoverListener, StepTimes, type TimedFailoverStep } from "./step-times.js";

/** How a failover went. */
export interface FailoverReport {
  readonly primary: string;
  readonly previous: string;
  /** Number of the journal's entry. */
  readonly number: number;
  /** From the beginning of this run, its connections included, until the new primary accepted writes. */
  readonly writableSeconds: number;
  /** GTIDs that somebody had and that are lost, as accepted; `""` is none. */
  readonly lost: string;
  /** Errant GTIDs that became everybody's, as accepted; `""` is none. */
  readonly replayed: string;
  readonly steps: readonly TimedFailoverStep[];
  readonly settled: Settled;
}

export type FailoverResult =
  /** Nothing was changed, or everything is as it was. */
  | { readonly kind: "refused"; readonly reasons: readonly string[] }
  /** The primary lives; what an earlier run had left was completed around it. */
  | { readonly kind: "completed"; readonly primary: string; readonly settled: Settled }
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
    await lockOutOthers(run);
    const observed = await observeTree(run);
    const standing = observed.status;
    if (standing.kind === "unknown" || standing.kind === "foreign")
      return { kind: "refused", reasons: [standing.seen] };
    if (standing.kind === "reachable") return completeAround(run, observed, standing);
    const { expectedPrimary } = request;
    if (expectedPrimary !== undefined && expectedPrimary !== standing.name) {
      return { kind: "refused", reasons: [`${standing.name} is the primary, and not ${expectedPrimary}`] };
    }
    return replace(run, observed, standing);
  });
}

/** Connects to everybody who answers in time, over connections for batches. */
export async function withRun<T>(
  request: FailoverRequest,
  routes: readonly TrafficRoute[],
  progress: Progress,
  listener: FailoverListener | undefined,
  work: (run: Run) => Promise<T>,
): Promise<T> {
  const { connectTimeoutSeconds } = request.limits;
  const members = Object.fromEntries(
    Object.entries(request.members).map(([name, { connection, address }]) => [
      name,
      { address, connection: { ...connection, connectTimeoutSeconds } },
    ]),
  );
  const times = new StepTimes(listener);
  const limited = { ...request, members };
  return withMembers(limited, (open) => work({ request: limited, members: open, routes, progress, times }), {
    batches: true,
  });
}

/** In the order of their names, so that two runs do not wait for each other. */
async function lockOutOthers({ members, request }: { readonly members: Members; readonly request: FailoverRequest }) {
  for (const name of Object.keys(members).sort()) {
    await serverOf(members, name)?.lockOut(request.limits.settleTimeoutSeconds);
  }
}

async function completeAround(run: Run, observed: ObservedTree, standing: Here): Promise<FailoverResult> {
  const { name } = standing;
  const opening = await openingOf(run, observed, standing);
  const plan = await lookForLeftovers(run, observed, name, opening.obstacle === undefined);
  if (plan.steps.length > 0) return { kind: "completed", primary: name, settled: await settle(run, plan) };
  return { kind: "refused", reasons: [whyAtRest(observed, name, opening)] };
}

async function replace(run: Run, observed: ObservedTree, standing: Away): Promise<FailoverResult> {
  const { request, times, progress } = run;
  const involved = reachable(observed).filter(({ name }) => !request.wishes.without.includes(name));
  const followers = involved.filter(({ source }) => source === standing.name);
  const death = await times.run("confirm", () => awaitDeath(run, standing.name, followers));
  if (death.kind === "alive") return { kind: "refused", reasons: [`${standing.name} is not dead: ${death.why}`] };
  const stopped = involved.filter((member) => !isAtSecondHand(member, observed));
  const restore = () => restoreReplicas(run, stopped);
  let prepared: Prepared;
  try {
    await times.run("stop", () => stopReceivers(run, involved, stopped));
    const outcome = await whileDead(
      () => lookAtPrimary(run, standing.name),
      (cameBack) => prepare(run, standing, involved, stopped, cameBack),
    );
    prepared =
      "done" in outcome ? outcome.done : { refusals: [`${standing.name} has come back: ${outcome.cameBack.seen}`] };
  } catch (error) {
    // As it was: the next run, or the primary if it comes back, finds replicas that receive.
    await restore();
    throw error;
  }
  if ("refusals" in prepared) {
    await restore();
    return { kind: "refused", reasons: prepared.refusals };
  }
  const { choice, pointed } = prepared;
  const unseen = countUnseen(observed, request.wishes.without);
  const promotion = { candidate: choice.candidate, replaced: standing, unseen };
  const number = await times.run("promote", () => promote(run, promotion, restore));
  const writableSeconds = times.seconds;
  progress(`committed: ${choice.candidate} is the primary and accepts writes, after ${writableSeconds} s`);
  const settled = await finish(run, choice.candidate, pointed);
  return {
    kind: "failed over",
    report: {
      primary: choice.candidate,
      previous: standing.name,
      number,
      writableSeconds,
      lost: oneLine(choice.lost),
      replayed: oneLine(choice.replayed),
      steps: times.steps,
      settled,
    },
  };
}

/** The choice, with the members that read from the candidate already; or why there is none. */
type Prepared =
  | Exclude<ChoiceOutcome, { choice: Choice }>
  | { readonly choice: Choice; readonly pointed: readonly string[] };

/** Chooses, and brings the candidate to where it has everything that it can get. Rejects soon after an abort. */
async function prepare(
  run: Run,
  standing: Away,
  involved: readonly PlacedMember[],
  stopped: PlacedMember[],
  cameBack: AbortSignal,
): Promise<Prepared> {
  const { request, times, progress } = run;
  const chooseNow = async (): Promise<ChoiceOutcome> =>
    choose(choiceGrounds(await observeTree(run), standing, run.routes, request.wishes), request.wishes);
  let outcome = await times.run("choose", chooseNow);
  const stillReceiving = () => involved.find((member) => isChosen(member, outcome) && !stopped.includes(member));
  for (let member = stillReceiving(); member !== undefined; member = stillReceiving()) {
    stopped.push(member);
    await stopReceiver(run, member.name);
    // Its source may have sent it something since.
    outcome = await chooseNow();
  }
  if ("refusals" in outcome) return outcome;
  const { choice } = outcome;
  for (const line of describeChoice(choice)) progress(line);
  await times.run("drain", () => drain(run, choice.candidate, choice.own.toString(), cameBack));
  await times.run("collect", async () => {
    for (const collection of choice.collections) await collect(run, choice.candidate, collection, cameBack);
  });
  cameBack.throwIfAborted();
  return { choice, pointed: await pointForAcknowledgement(run, choice, involved, stopped) };
}

/** Gives the members that read from the candidate already. */
async function pointForAcknowledgement(
  run: Run,
  { candidate, parted }: Choice,
  involved: readonly PlacedMember[],
  stopped: readonly PlacedMember[],
): Promise<string[]> {
  const isWaiting = involved.some(({ name, semiSync }) => name === candidate && semiSync.isSourceEnabled);
  if (!isWaiting) return [];
  const others = stopped.filter(
    ({ name, channel }) => name !== candidate && channel !== undefined && !parted.some((one) => one.name === name),
  );
  await pointAt(run, candidate, others);
  return others.map(({ name }) => name);
}

function isChosen({ name }: PlacedMember, outcome: ChoiceOutcome): boolean {
  return "choice" in outcome && outcome.choice.candidate === name;
}

/**
 * Whether it reads from a replica that answers: it gets no more than that one has, goes on, and acknowledges what that
 * one applies.
 */
function isAtSecondHand({ source }: PlacedMember, { members }: ObservedTree): boolean {
  return source !== undefined && members[source]?.reachable === true;
}

/** What follows the commit. What fails here is left for the next run, which completes it. */
async function finish(run: Run, primary: string, pointed: readonly string[]): Promise<Settled> {
  const failed: string[] = [];
  await run.times.run("lead", async () => {
    await Promise.all(
      run.routes.map((route) =>
        route.lead(primary).catch((error: unknown) => {
          failed.push(`${route.name}: ${messageOf(error)}`);
        }),
      ),
    );
  });
  return run.times.run("follow", async () => {
    try {
      const plan = await lookForLeftovers(run, await observeTree(run), primary, true);
      const seen = pointed.map((member) => ({ kind: "follow", member, source: primary }) as const);
      const settled = await settle(run, { ...plan, steps: [...seen, ...plan.steps] });
      return { ...settled, failed: [...failed, ...settled.failed] };
    } catch (error) {
      return { done: [], parted: [], notes: [], failed: [...failed, messageOf(error)] };
    }
  });
}
