import { type Statement, showStatement } from "../mysql/index.js";
import { type Progress, type StepListener, type TimedStep, Timeline } from "../operation/index.js";
import type { Run } from "../reconcile/index.js";
import { type ObservedTopology, observe, type PrimaryStatus, serverFor, withMembers } from "../topology/index.js";
import type { TrafficRoute } from "../traffic/index.js";
import type { FailoverRequest } from "./request.js";

/** The steps of a failover in their order. */
export const FAILOVER_STEPS = [
  "confirm",
  "stop receivers",
  "elect",
  "apply relay log",
  "gather missing",
  "promote",
  "switch traffic",
  "follow",
] as const;
export type FailoverStep = (typeof FAILOVER_STEPS)[number];
export type FailoverListener = StepListener<FailoverStep>;
export type TimedFailoverStep = TimedStep<FailoverStep>;

/** What one run works with: open connections to all who answer, routes, and what was asked for. */
export interface FailoverRun extends Run {
  readonly request: FailoverRequest;
  readonly timeline: Timeline<FailoverStep>;
}

/** The primary that answers, and one that does not. */
export type Reachable = Extract<PrimaryStatus, { kind: "reachable" }>;
export type Unreachable = Extract<PrimaryStatus, { kind: "unreachable" }>;

/** Connects to everybody who answers in time, over connections for batches. */
export async function withRun<T>(
  request: FailoverRequest,
  routes: readonly TrafficRoute[],
  progress: Progress,
  listener: FailoverListener | undefined,
  work: (run: FailoverRun) => Promise<T>,
): Promise<T> {
  const { connectTimeoutSeconds } = request.limits;
  const members = Object.fromEntries(
    Object.entries(request.members).map(([name, member]) => [
      name,
      { ...member, connection: { ...member.connection, connectTimeoutSeconds } },
    ]),
  );
  const timeline = new Timeline(listener);
  const topology = { ...request, members };
  return withMembers(
    topology,
    (open) => work({ request: topology, topology, members: open, routes, limits: request.limits, progress, timeline }),
    { batches: true },
  );
}

export function observeRun({
  topology,
  members,
}: Pick<FailoverRun, "topology" | "members">): Promise<ObservedTopology> {
  return observe(topology, members);
}

/** Runs a statement on a member and says so. */
export async function runOn(
  { members, progress }: Pick<FailoverRun, "members" | "progress">,
  name: string,
  step: Statement,
): Promise<void> {
  const server = serverFor(members, name);
  progress(`${server.label}: ${showStatement(step)}`);
  await server.run(step);
}
