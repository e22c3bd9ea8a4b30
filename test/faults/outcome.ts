import { STEPS, type Step } from "@gtid-ferry/engine/cutover";

/** What the run that met a fault came to, before anything else was run. */
export type Outcome = "completed" | "undone" | "refused" | "both fenced";

/**
 * What the rules of a switchover allow. Before anything is fenced it may be refused; behind the dead-man switch only the
 * next run may open a server, if this one cannot look any more; after the commit there is no way but on.
 */
export function allowedOutcomes(step: Step, isDriverKilled: boolean, mayStrikeCommit: boolean): readonly Outcome[] {
  if (mayStrikeCommit && STEPS.indexOf(step) >= STEPS.indexOf("hold")) return ["undone", "completed", "both fenced"];
  switch (step) {
    case "check":
    case "rehearse":
    case "arm":
      return isDriverKilled ? ["undone"] : ["refused", "undone", "completed"];
    case "hold":
    case "fence":
      // What holds the first attempt up may have the next one refused while it is being armed.
      return isDriverKilled ? ["undone"] : ["refused", "undone", "completed"];
    case "cut":
    case "catch-up":
    case "disarm":
      return isDriverKilled ? ["undone"] : ["undone", "completed"];
    case "commit":
      return isDriverKilled ? ["both fenced"] : ["undone", "completed"];
    case "lead":
    case "follow":
      return ["completed"];
  }
}
