import { type Finding, messageOf } from "../operation/index.js";
import {
  applyPlan,
  describeStep,
  type Goal,
  type Plan,
  planReconcile,
  type RouteObservation,
} from "../reconcile/index.js";
import { journalStatements, lockMembers, type ObservedTopology, serverFor } from "../topology/index.js";
import { placesFor } from "./places.js";
import type { FailoverRun } from "./run.js";

/** What became of the topology around a primary that answers. */
export interface Repaired {
  /** One line for each step that was done. */
  readonly done: readonly string[];
  /** What is left to a person: servers that alone have certain transactions, events, a fence. */
  readonly left: readonly Finding[];
  /** One line for each step that failed; the next run tries it again. */
  readonly failed: readonly string[];
}

/** What is to be done around a primary that answers. `seen` are members that are to follow it whatever was seen of them. */
export async function planRepair(
  run: FailoverRun,
  observed: ObservedTopology,
  primary: string,
  seen: readonly string[] = [],
  unfence: Goal["unfence"] = "own",
): Promise<Plan> {
  const { without } = run.request.overrides;
  const places = placesFor(observed, primary, without);
  return planReconcile(observed, {
    primary,
    follow: { ...places, ...Object.fromEntries(seen.map((name) => [name, primary])) },
    fenced: [],
    without,
    routes: await observeRoutes(run),
    journal: await journalStatements(serverFor(run.members, primary)),
    unfence,
  });
}

/** Brings everything in order around the primary. What fails, or has to be left, holds up nothing else. */
export async function repair(run: FailoverRun, observed: ObservedTopology, plan: Plan): Promise<Repaired> {
  const describe = (step: Plan["steps"][number]) => describeStep(step, observed, run.topology).join("; ");
  const { done, failed } = await applyPlan(run, plan);
  return {
    done: done.map(describe),
    left: [...plan.blockers, ...plan.left],
    failed: failed.map(({ step, error }) => `${describe(step)}: ${messageOf(error)}`),
  };
}

/** What a plan leaves to a person, a line each. */
export function describeLeft({ blockers, left }: Pick<Plan, "blockers" | "left">): string[] {
  return [...blockers, ...left].map(({ server, seen, fix }) => `left: ${server}: ${seen}; next: ${fix}`);
}

/** Keeps other runs away from everybody who answers. */
export async function lockAll({ members }: FailoverRun, timeoutSeconds: number): Promise<void> {
  await lockMembers(members, Object.keys(members), timeoutSeconds);
}

/** Where the routes lead; one that cannot be asked leads nowhere that anybody knows. */
async function observeRoutes({ routes, progress }: FailoverRun): Promise<RouteObservation[]> {
  return Promise.all(
    routes.map(async (route) => {
      try {
        return { name: route.name, state: await route.observe() };
      } catch (error) {
        progress(messageOf(error));
        return { name: route.name, state: "elsewhere" };
      }
    }),
  );
}
