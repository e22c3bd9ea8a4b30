import { changeSourceStatement } from "../channel/index.js";
import { showEnabling } from "../events/index.js";
import { FENCE, PERSIST_FENCED, PERSIST_WRITABLE } from "../fence/index.js";
import { type Statement, showStatement, statement } from "../mysql/index.js";
import type { Finding } from "../operation/index.js";
import { type ObservedTopology, probeEntry, type Topology } from "../topology/index.js";
import type { Plan, Step } from "./step.js";

/** The statements of a step that is nothing but statements. */
export function statementsOf(step: Step, channel: string): readonly Statement[] {
  switch (step.kind) {
    case "fence":
      return [FENCE];
    case "unfence":
      return step.statements;
    case "persist":
      return [step.as === "fenced" ? PERSIST_FENCED : PERSIST_WRITABLE];
    case "clear-auto-unfence":
      return step.stopsScheduler ? [statement("SET GLOBAL event_scheduler = OFF")] : [];
    case "forget-channel":
      return [stopReplica(channel), statement("RESET REPLICA ALL FOR CHANNEL ?", channel)];
    case "set-scheduler":
      return [statement("SET PERSIST event_scheduler = ?", step.value)];
    case "stop-waiting":
      return [statement(`SET GLOBAL ${step.variable} = 0`)];
    case "probe":
      return [probeEntry(step.number)];
    case "route":
    case "enable-event":
    case "repoint":
    case "resume":
      return [];
  }
}

/** What one step does, a line for each statement and wait. */
export function describeStep(step: Step, observed: ObservedTopology, topology: Topology): string[] {
  switch (step.kind) {
    case "route":
      return [`${step.route}: currently routes to ${step.from} -> will route to ${step.to}`];
    case "enable-event":
      return [`${labelOf(step.member, observed)}: ${showEnabling(step.event)}`];
    case "clear-auto-unfence":
      return [
        ...shown(step, observed, topology),
        `${labelOf(step.member, observed)}: KILL the fail-safe's event, verify: no thread of it runs; DROP EVENT`,
      ];
    case "repoint":
    case "resume":
      return describeFollow(step, observed, topology);
    default:
      return shown(step, observed, topology);
  }
}

function shown(step: Exclude<Step, { kind: "route" }>, observed: ObservedTopology, { channel }: Topology): string[] {
  return statementsOf(step, channel).map((one) => `${labelOf(step.member, observed)}: ${showStatement(one)}`);
}

/** A plan for people, a line each: what stands against it, what is warned of, and every statement and where it runs. */
export function describePlan(plan: Plan, observed: ObservedTopology, topology: Topology): string[] {
  return [
    ...[...plan.blockers, ...plan.left].map(describeVerdict),
    ...plan.steps.flatMap((step) => describeStep(step, observed, topology)),
  ];
}

/** A finding in a plan, on one line. */
export function describeVerdict({ severity, server, seen, wanted, fix }: Finding): string {
  if (severity === "warning") return `warning: ${server}: ${seen}`;
  return `refused, ${server}: ${seen}; wanted: ${wanted}; next: ${fix}`;
}

function describeFollow(
  step: Extract<Step, { kind: "repoint" | "resume" }>,
  observed: ObservedTopology,
  { channel, members }: Topology,
): string[] {
  const member = observed.members[step.member];
  const label = labelOf(step.member, observed);
  const address = members[step.source]?.address;
  const isDelayed = member?.reachable === true && member.delaySeconds > 0;
  const seen = isDelayed
    ? `receives from ${step.source}, ${member.delaySeconds} s delayed as before`
    : `receives from ${step.source} and applies`;
  const start = `${label}: ${showStatement(statement("START REPLICA FOR CHANNEL ?", channel))}; verify: it ${seen}`;
  const stop = `${label}: ${showStatement(stopReplica(channel))}`;
  const change =
    member?.reachable === true && address !== undefined
      ? [`${label}: ${showStatement(changeSourceStatement(channel, address, member.facts.version))}`]
      : [];
  if (step.kind === "resume") {
    const isConfigured = member?.reachable === true && member.isConfigured;
    return isConfigured ? [start] : [stop, ...change, start];
  }
  const undo = step.former === undefined ? "" : `; if anything fails, follow ${step.former} again`;
  const hasChannel = member?.reachable === true && member.channel !== undefined;
  return [
    `${labelOf(step.source, observed)}: wait until it has every transaction of ${step.member}`,
    ...(hasChannel ? [`${stop}; wait once more for what it applied meanwhile`] : []),
    ...change,
    `${start}${undo}`,
  ];
}

function labelOf(name: string, { members }: ObservedTopology): string {
  return members[name]?.label ?? name;
}

function stopReplica(channel: string): Statement {
  return statement("STOP REPLICA FOR CHANNEL ?", channel);
}
