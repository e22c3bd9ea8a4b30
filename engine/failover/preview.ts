import { showStatement } from "../mysql/index.js";
import type { Finding } from "../operation/index.js";
import { messageOf } from "../operation/index.js";
import { countUnseen, describeStep, nextNumber, planReconcile } from "../reconcile/index.js";
import { journalStatements, type ObservedTopology, reachableMembers, serverFor } from "../topology/index.js";
import type { TrafficRoute } from "../traffic/index.js";
import { probePrimary } from "./await-death.js";
import { choiceGrounds } from "./candidates.js";
import { promotionStatements } from "./commit.js";
import { isLookedFor, NOBODY_LOOKS, type ReplicaView, viewOf } from "./confirm-dead.js";
import { describeChoice, describeSeen } from "./describe.js";
import { elect } from "./elect.js";
import { receiversToStop } from "./failover.js";
import { alive, notDead, unknownPrimary } from "./findings.js";
import { placesFor } from "./places.js";
import { readSigns } from "./receiver-signs.js";
import { stopStatements } from "./receivers.js";
import { describeLeft, planRepair } from "./repair.js";
import { assertFailoverRequest, type FailoverRequest } from "./request.js";
import { type FailoverRun, observeRun, type Reachable, type Unreachable, withRun } from "./run.js";

/** A heartbeat that is due may be late by this much. */
const LATE_SECONDS = 2;

/** What a failover would do now, for people, and why it would refuse. */
export interface FailoverPreview {
  readonly lines: readonly string[];
  /** None when it would go on, as far as one look can tell. */
  readonly refusals: readonly Finding[];
  /** The primary that would be given up; undefined when there is none to give up. */
  readonly givenUp: string | undefined;
  /** A name that `expectedPrimary` takes to do this; never one whose death meanwhile would make more of it, if there is another. */
  readonly confirm: string | undefined;
}

/** Looks, and changes nothing: receivers go on, so the sets may still grow until the failover itself. */
export async function previewFailover(
  request: FailoverRequest,
  routes: readonly TrafficRoute[],
): Promise<FailoverPreview> {
  assertFailoverRequest(request);
  const silently = () => {};
  return withRun(request, routes, silently, undefined, async (run) => {
    const observed = await observeRun(run);
    const { status } = observed;
    switch (status.kind) {
      case "unknown":
      case "foreign":
        return { ...NOTHING, lines: describeSeen(observed), refusals: [unknownPrimary(status)] };
      case "reachable":
        return previewRepair(run, observed, status);
      case "unreachable":
        return previewReplacement(run, observed, status);
    }
  });
}

const NOTHING = { givenUp: undefined, confirm: undefined };

async function previewRepair(
  run: FailoverRun,
  observed: ObservedTopology,
  status: Reachable,
): Promise<FailoverPreview> {
  const plan = await planRepair(run, observed, status.name);
  const isIdle = plan.steps.length === 0;
  return {
    lines: [
      ...describeSeen(observed),
      ...plan.steps.flatMap((step) => describeStep(step, observed, run.topology)),
      ...(isIdle ? [] : describeLeft(plan)),
    ],
    refusals: isIdle ? alive(observed, status.name, plan) : [],
    givenUp: undefined,
    confirm: isIdle ? undefined : formerPrimary(observed, status),
  };
}

/** Whom the present primary has replaced, where that one is a member that answers; else the present one. */
function formerPrimary(observed: ObservedTopology, { name, entry }: Reachable): string {
  const former = reachableMembers(observed).find(({ facts }) => facts.serverUuid === entry?.previousUuid);
  return former?.name ?? name;
}

async function previewReplacement(
  run: FailoverRun,
  observed: ObservedTopology,
  dead: Unreachable,
): Promise<FailoverPreview> {
  const { overrides, limits } = run.request;
  const probe = await probePrimary(run, dead.name);
  const involved = reachableMembers(observed).filter(({ name }) => !overrides.without.includes(name));
  const followers = involved.filter(({ source }) => source === dead.name);
  const views = await Promise.all(followers.map(async ({ name }) => ({ name, view: await viewNow(run, name) })));
  const outcome = elect(choiceGrounds(observed, dead, run.routes, overrides), overrides);
  const stopped = receiversToStop(involved, observed);
  const before = [
    ...describeSeen(observed),
    `${dead.name}: from here: ${[probe.seen, ...views.map(({ name, view }) => `${name} ${view}`)].join("; ")}; must be unreachable for ${limits.confirmSeconds} s, and every replica's I/O thread must have lost it`,
    ...involved.flatMap((member) =>
      stopStatements(member, stopped.includes(member), run.topology.channel).map(
        (one) => `${member.label}: ${showStatement(one)}`,
      ),
    ),
  ];
  const isHeard = probe.answers || views.some(({ view }) => view === "hears");
  const isSeen = overrides.fenced || isLookedFor(views);
  const undead = isHeard ? [notDead(dead.name, "it is heard")] : isSeen ? [] : [notDead(dead.name, NOBODY_LOOKS)];
  const given = { givenUp: dead.name, confirm: dead.name };
  if ("refusals" in outcome) return { lines: before, refusals: [...undead, ...outcome.refusals], ...given };
  const { candidate } = outcome.choice;
  const after = [
    ...(await describePromotion(run, observed, dead, candidate)),
    ...(await Promise.all(
      run.routes.map(async (route) => {
        const state = await route.observe().catch(messageOf);
        return `${route.name}: currently routes to ${state} -> will route to ${candidate}`;
      }),
    )),
    ...describeFollowing(run, afterPromotion(observed, dead, candidate), candidate),
  ];
  return { lines: [...before, ...describeChoice(outcome.choice), ...after], refusals: undead, ...given };
}

async function describePromotion(
  { members, request, topology }: FailoverRun,
  observed: ObservedTopology,
  dead: Unreachable,
  candidate: string,
): Promise<string[]> {
  const server = serverFor(members, candidate);
  const unseen = countUnseen(observed, request.overrides.without);
  const promotion = { candidate, replaced: dead, unseen };
  const number = nextNumber(dead.entry, unseen);
  const statements = promotionStatements(promotion, number, await journalStatements(server), topology.channel);
  return [`${server.label}: ${statements.map(showStatement).join("; ")}`];
}

function describeFollowing({ topology, request }: FailoverRun, after: ObservedTopology, candidate: string): string[] {
  const { without } = request.overrides;
  const follow = placesFor(after, candidate, without);
  const plan = planReconcile(after, { primary: candidate, follow, fenced: [], without, routes: [], journal: [] });
  return plan.steps.flatMap((step) => describeStep(step, after, topology));
}

/** The members as the promotion would leave them, for the steps that then remain. */
function afterPromotion(observed: ObservedTopology, dead: Unreachable, candidate: string): ObservedTopology {
  const next = observed.members[candidate];
  if (next?.reachable !== true) throw new Error(`${candidate} does not answer`);
  const { serverUuid } = next.facts;
  const entry = {
    number: (dead.entry?.number ?? 0) + 1,
    primaryUuid: serverUuid,
    previousUuid: dead.uuid ?? "",
    finalGtidSet: "",
    eventScheduler: dead.entry?.eventScheduler ?? "ON",
    committedAt: "",
    probed: false,
    isFinal: false,
  };
  const members = Object.values(observed.members).map((member) => {
    if (!member.reachable) return member;
    const primaryUuids = [...member.primaryUuids, serverUuid, entry.previousUuid];
    if (member.name !== candidate) {
      return { ...member, primaryUuids, errant: "", facts: { ...member.facts, readOnly: true, superReadOnly: true } };
    }
    return {
      ...member,
      primaryUuids,
      channel: undefined,
      source: undefined,
      facts: { ...member.facts, readOnly: false, superReadOnly: false },
      persisted: { ...member.persisted, read_only: "OFF", super_read_only: "OFF" },
    };
  });
  return {
    ...observed,
    status: { kind: "reachable", name: candidate, entry },
    primary: candidate,
    members: Object.fromEntries(members.map((member) => [member.name, member])),
  };
}

/** One look has no "since when": what came within a heartbeat and a moment counts as heard. */
async function viewNow({ members, topology }: FailoverRun, name: string): Promise<ReplicaView> {
  const signs = await readSigns(serverFor(members, name), topology.channel);
  return signs === undefined ? "does not look" : viewOf(signs, signs.heartbeatSeconds + LATE_SECONDS);
}
