import { showEnabling } from "../events/index.js";
import { showStatement } from "../mysql/index.js";
import type { EstablishStep } from "./establish-plan.js";
import type { PairState } from "./state.js";

/** One line for people: what a step does, and on which server. */
export function describeEstablishStep(step: EstablishStep, pair: PairState): string {
  switch (step.kind) {
    case "run":
      return `${pair[step.side].label}: ${showStatement(step.statement)}`;
    case "enable-event":
      return `${pair[step.side].label}: ${showEnabling(step.event)}`;
    case "remove-dead-man":
      return `${pair[step.side].label}: end the dead-man switch`;
    case "lead":
      return `${step.route}: lead to the ${step.to}`;
    case "follow":
      return `${pair[step.side].label}: replicate from the ${pair.primary}, and see that it applies`;
  }
}
