import { STEPS, type SwitchoverStep } from "@gtid-ferry/engine/switchover";

/** What the run that met a fault came to, before anything else was run. */
export type Outcome = "completed" | "undone" | "refused" | "both fenced";

/**
 * What the rules of a switchover allow. Before anything is fenced it may be refused; behind the fail-safe only the
 * next run may open a server, if this one cannot look any more; after the commit there is no way but on.
 */
export function allowedOutcomes(
  step: SwitchoverStep,
  isDriverKilled: boolean,
  mayStrikeCommit: boolean,
): readonly Outcome[] {
  if (mayStrikeCommit && STEPS.indexOf(step) >= STEPS.indexOf("pause connections"))
    return ["undone", "completed", "both fenced"];
  switch (step) {
    case "check":
    case "test reverse replication":
    case "arm fail-safe":
      return isDriverKilled ? ["undone"] : ["refused", "undone", "completed"];
    case "pause connections":
    case "fence":
      // What holds the first attempt up may have the next one refused while it is being armed.
      return isDriverKilled ? ["undone"] : ["refused", "undone", "completed"];
    case "drop connections":
    case "catch up":
    case "clear fail-safe":
      return isDriverKilled ? ["undone"] : ["undone", "completed"];
    case "commit":
      return isDriverKilled ? ["both fenced"] : ["undone", "completed"];
    case "switch traffic":
    case "follow":
      return ["completed"];
  }
}
