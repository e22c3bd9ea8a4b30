import { messageOf } from "../operation/index.js";
import type { ObservedTree } from "../replica-tree/index.js";
import type { TrafficRoute } from "../traffic/index.js";
import { lookAtPrimary } from "./await-death.js";
import { choose } from "./choose.js";
import { isLookedFor, NOBODY_LOOKS, type ReplicaView, viewOf } from "./confirm-dead.js";
import { describeChoice } from "./describe.js";
import { describeSeen } from "./describe-tree.js";
import { withRun } from "./failover.js";
import { openingOf, whyAtRest } from "./opening.js";
import { choiceGrounds } from "./replicas.js";
import { assertFailoverRequest, type FailoverRequest } from "./request.js";
import { type Run, serverFor } from "./run.js";
import { describeParted, describeSettleStep, lookForLeftovers, observeTree } from "./settle.js";
import { type Away, type Here, reachable } from "./standing.js";
import { readSigns } from "./watch-receivers.js";

const LOOK_RESERVE_SECONDS = 2;

/** What a failover would do now, for people, and why it would refuse. */
export interface FailoverPlan {
  readonly lines: readonly string[];
  /** None when it would go on, as far as one look can tell. */
  readonly refusals: readonly string[];
  /** The primary that would be given up; undefined when there is none to give up. */
  readonly givenUp: string | undefined;
  /** A name that `expectedPrimary` takes to do this; never one whose death meanwhile would make more of it, if there is another. */
  readonly confirm: string | undefined;
}

/** Looks, and changes nothing: receivers go on, so the sets may still grow until the failover itself. */
export async function planFailover(request: FailoverRequest, routes: readonly TrafficRoute[]): Promise<FailoverPlan> {
  assertFailoverRequest(request);
  return withRun(
    request,
    routes,
    () => {},
    undefined,
    async (run) => {
      const observed = await observeTree(run);
      const standing = observed.status;
      const seen = describeSeen(observed);
      if (standing.kind === "unknown" || standing.kind === "foreign")
        return { lines: seen, refusals: [standing.seen], givenUp: undefined, confirm: undefined };
      if (standing.kind === "unreachable") return planReplacement(run, seen, standing);
      const opening = await openingOf(run, observed, standing);
      const plan = await lookForLeftovers(run, observed, standing.name, opening.obstacle === undefined);
      return {
        lines: [...seen, ...plan.steps.map(describeSettleStep), ...plan.parted.map(describeParted), ...plan.notes],
        refusals: plan.steps.length > 0 ? [] : [whyAtRest(observed, standing.name, opening)],
        givenUp: undefined,
        confirm: plan.steps.length > 0 ? formerPrimary(observed, standing) : undefined,
      };
    },
  );
}

/** Whom the present primary has replaced, where that one is a member that answers; else the present one. */
function formerPrimary(observed: ObservedTree, { name, entry }: Here): string {
  const former = reachable(observed).find(({ facts }) => facts.serverUuid === entry?.previousUuid);
  return former?.name ?? name;
}

async function planReplacement(run: Run, seen: readonly string[], standing: Away): Promise<FailoverPlan> {
  const { request, routes } = run;
  const observed = await observeTree(run);
  const look = await lookAtPrimary(run, standing.name);
  const followers = reachable(observed).filter(({ source }) => source === standing.name);
  const views = await Promise.all(followers.map(async ({ name }) => ({ name, view: await viewNow(run, name) })));
  const outcome = choose(choiceGrounds(observed, standing, routes, request.wishes), request.wishes);
  const { confirmSeconds } = request.limits;
  const lines = [
    ...seen,
    `${standing.name}: from here: ${[look.seen, ...views.map(({ name, view }) => `${name} ${view}`)].join("; ")}; it has to be away for ${confirmSeconds} s, and unheard by every replica`,
  ];
  const isHeard = look.answers || views.some(({ view }) => view === "hears");
  const isSeen = request.wishes.fenced || isLookedFor(views);
  const alive = isHeard ? [`${standing.name} is not dead`] : isSeen ? [] : [`${standing.name}: ${NOBODY_LOOKS}`];
  const given = { givenUp: standing.name, confirm: standing.name };
  if ("refusals" in outcome) return { lines, refusals: [...alive, ...outcome.refusals], ...given };
  const { candidate } = outcome.choice;
  const ways = await Promise.all(
    routes.map(async (route) => {
      const state = await route.observe().catch(messageOf);
      return `${route.name}: leads to ${state}; lead to ${candidate}`;
    }),
  );
  return {
    lines: [
      ...lines,
      "receivers stop on every replica",
      ...describeChoice(outcome.choice),
      ...ways,
      "all others follow it",
    ],
    refusals: alive,
    ...given,
  };
}

/** One look has no "since when": what came within a heartbeat and a moment counts as heard. */
async function viewNow(run: Run, name: string): Promise<ReplicaView> {
  const signs = await readSigns(serverFor(run, name), run.request.channel);
  return signs === undefined ? "does not look" : viewOf(signs, signs.heartbeatSeconds + LOOK_RESERVE_SECONDS);
}
