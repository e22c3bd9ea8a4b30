import { changeSourceStatement } from "../channel/index.js";
import { showStatement, statement } from "../mysql/index.js";
import type { ObservedTree } from "./observe.js";
import type { TreePlan, TreeStep } from "./plan.js";
import type { TreeRequest } from "./request.js";

/** A plan for people, a line each: every statement and where it runs, what is warned of, and what stands against it. */
export function describeTreePlan(plan: TreePlan, observed: ObservedTree, request: TreeRequest): string[] {
  return [
    ...plan.obstacles.map(
      ({ where, seen, wanted, next }) => `refused, ${where}: ${seen}; wanted: ${wanted}; next: ${next}`,
    ),
    ...plan.warnings.map((warning) => `warning: ${warning}`),
    ...plan.steps.flatMap((step) => describeTreeStep(step, observed, request)),
  ];
}

/** What one step does, a line for each statement and wait. */
export function describeTreeStep(step: TreeStep, observed: ObservedTree, request: TreeRequest): string[] {
  const member = observed.members[step.member];
  if (member?.reachable !== true) throw new Error(`a step for ${step.member}, which was not seen`);
  const { label, channel, delaySeconds } = member;
  if (step.kind === "run") return [`${label}: ${showStatement(step.statement)}`];
  const source = observed.members[step.source];
  const end = request.members[step.source];
  if (source === undefined || end === undefined) throw new Error(`a step towards ${step.source}, which was not seen`);
  const start = `${label}: ${showStatement(statement("START REPLICA FOR CHANNEL ?", request.channel))}; see that it receives from ${step.source}${delaySeconds > 0 ? `, ${delaySeconds} s delayed as before` : " and applies"}`;
  const stop = `${label}: ${showStatement(statement("STOP REPLICA FOR CHANNEL ?", request.channel))}`;
  const change = `${label}: ${showStatement(changeSourceStatement(request.channel, end.address, member.facts.version))}`;
  if (step.kind === "resume") return member.isConfigured ? [start] : [stop, change, start];
  const undo = step.former === undefined ? "" : `; if anything fails, follow ${step.former} again`;
  return [
    `${source.label}: wait until it has every transaction of ${step.member}`,
    ...(channel === undefined ? [] : [`${stop}; wait once more for what it applied meanwhile`]),
    change,
    `${start}${undo}`,
  ];
}
