import { enableEvent, readEvents, showEnabling } from "../events/index.js";
import { showStatement } from "../mysql/index.js";
import { inTime, messageOf } from "../operation/index.js";
import { FENCE_REPLICA, follow, type ObservedTree, observeMembers, serverOf } from "../replica-tree/index.js";
import { journalStatements } from "../topology/index.js";
import type { RouteState } from "../traffic/index.js";
import { type Run, runOn, serverFor } from "./run.js";
import { FENCE, planSettle, type SettlePlan, type SettleStep } from "./settle-plan.js";
import { reachable } from "./standing.js";

const FENCE_TIMEOUT_SECONDS = 10;
const OPEN_MILLISECONDS = 30_000;

/** What became of the tree around a primary that answers. */
export interface Settled {
  /** One line for each step that was done. */
  readonly done: readonly string[];
  /** One line for each server that stays fenced because only it has certain transactions. */
  readonly parted: readonly string[];
  /** What is left to a person, a line each. */
  readonly notes: readonly string[];
  /** One line for each step that failed; the next run tries it again. */
  readonly failed: readonly string[];
}

/** What `settle` would do around a primary that answers; `mayOpen` lets it open one that is read-only. */
export async function lookForLeftovers(
  run: Run,
  observed: ObservedTree,
  primaryName: string,
  mayOpen: boolean,
): Promise<SettlePlan> {
  const primary = observed.members[primaryName];
  if (primary?.reachable !== true) throw new Error(`${primaryName} does not answer`);
  const server = serverFor(run, primaryName);
  return planSettle({
    observed,
    channel: run.request.channel,
    primary,
    entry: observed.status.entry,
    journal: await journalStatements(server),
    // One that became the primary out of sight may be in nobody's journal but its own.
    primaryUuids: new Set(reachable(observed).flatMap((member) => member.primaryUuids)),
    events: await readEvents(server),
    routes: await observeRoutes(run),
    without: run.request.wishes.without,
    mayOpen,
  });
}

/** Brings everything in order around the primary. A step that fails holds up no other. */
export async function settle(run: Run, plan: SettlePlan): Promise<Settled> {
  const done: string[] = [];
  const failed: string[] = [];
  for (const step of plan.steps) {
    const text = describeSettleStep(step);
    try {
      await apply(run, step);
      done.push(text);
    } catch (error) {
      failed.push(`${text}: ${messageOf(error)}`);
      // Before the fence is up nobody else may be opened.
      if (step.kind === "fence") break;
    }
  }
  return { done, failed, parted: plan.parted.map(describeParted), notes: plan.notes };
}

export async function observeTree(run: Pick<Run, "request" | "members">): Promise<ObservedTree> {
  return observeMembers(run.request, run.members);
}

/** Where the routes lead; one that cannot be asked leads nowhere that anybody knows. */
export async function observeRoutes(run: Run): Promise<{ name: string; state: RouteState }[]> {
  return Promise.all(
    run.routes.map(async (route) => {
      try {
        return { name: route.name, state: await route.observe() };
      } catch (error) {
        run.progress(messageOf(error));
        return { name: route.name, state: "elsewhere" };
      }
    }),
  );
}

export function describeSettleStep(step: SettleStep): string {
  switch (step.kind) {
    case "run":
      return `${step.member}: ${showStatement(step.statement)} (${step.why})`;
    case "fence":
      return `${step.member}: ${showStatement(FENCE)} (the journal names another primary)`;
    case "enable-event":
      return `${step.member}: ${showEnabling(step.event)} (it is the primary's)`;
    case "open":
      return `${step.member}: ${step.statements.map(showStatement).join("; ")} (${step.why})`;
    case "lead":
      return `${step.route}: lead to ${step.to}`;
    case "follow":
      return `${step.member}: follow ${step.source}`;
  }
}

/** What only one server has, and how to look at it. */
export function describeParted({ member, errant }: SettlePlan["parted"][number]): string {
  return `${member} stays fenced: only it has ${errant}; see what they did with \`mysqlbinlog --read-from-remote-server --include-gtids=${errant}\` or \`ferry errants\`, then repair or rebuild it`;
}

async function apply(run: Run, step: SettleStep): Promise<void> {
  switch (step.kind) {
    case "run":
      return runOn(run, step.member, step.statement);
    case "fence": {
      const server = serverFor(run, step.member);
      run.progress(`${server.label}: ${showStatement(FENCE)}`);
      // It waits for the writes that run there.
      return server.runWithin(FENCE_TIMEOUT_SECONDS, FENCE);
    }
    case "enable-event": {
      run.progress(`${serverFor(run, step.member).label}: ${showEnabling(step.event)}`);
      return enableEvent(serverFor(run, step.member), step.event);
    }
    case "open": {
      const server = serverFor(run, step.member);
      run.progress(`${server.label}: ${step.statements.map(showStatement).join("; ")}`);
      await inTime(server.batch(...step.statements), OPEN_MILLISECONDS, "opening the primary", server.label);
      return;
    }
    case "lead":
      return run.routes.find(({ name }) => name === step.route)?.lead(step.to);
    case "follow": {
      if (serverOf(run.members, step.source) === undefined) throw new Error(`${step.source} does not answer`);
      await runOn(run, step.member, FENCE_REPLICA);
      return follow(run.request, run.members, step, run.request.limits, run.progress);
    }
  }
}
