import { type ObservedTopology, reachableMembers } from "../topology/index.js";

/** Seconds left until the next automatic failover; 0 when the role never moved, or long enough ago. */
export function coolDownLeft(observed: ObservedTopology, coolDownSeconds: number): number {
  const { entry } = observed.status;
  const [witness] = reachableMembers(observed);
  if (entry === undefined || witness === undefined) return 0;
  const passed = (utcMilliseconds(witness.facts.now) - utcMilliseconds(entry.committedAt)) / 1000;
  return Math.max(0, coolDownSeconds - passed);
}

function utcMilliseconds(text: string): number {
  return Date.parse(`${text.replace(" ", "T")}Z`);
}
