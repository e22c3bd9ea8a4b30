import type { ObservedTree } from "../replica-tree/index.js";
import { reachable } from "./standing.js";

/** Seconds left until the next automatic failover; 0 when the role never moved, or long enough ago. */
export function coolDownLeft(observed: ObservedTree, coolDownSeconds: number): number {
  const { entry } = observed.status;
  const [witness] = reachable(observed);
  if (entry === undefined || witness === undefined) return 0;
  const passed = (utcMilliseconds(witness.facts.now) - utcMilliseconds(entry.committedAt)) / 1000;
  return Math.max(0, coolDownSeconds - passed);
}

function utcMilliseconds(text: string): number {
  return Date.parse(`${text.replace(" ", "T")}Z`);
}
