import { describeChannel } from "../channel/index.js";
import type { ObservedTree } from "../replica-tree/index.js";

/** What matters of a tree, a line each; nothing in them moves while all goes well. */
export function describeSeen(observed: ObservedTree): string[] {
  const { status } = observed;
  const primary = "seen" in status ? `primary unknown: ${status.seen}` : undefined;
  const members = Object.values(observed.members).map((member) => {
    const { name } = member;
    const isPrimary = "name" in status && status.name === name;
    if (!member.reachable) return `${name}: ${isPrimary ? "the primary, " : ""}does not answer: ${member.seen}`;
    const { readOnly, superReadOnly } = member.facts;
    const access = readOnly ? (superReadOnly ? "fenced" : "read-only") : "writable";
    if (isPrimary) return `${name}: the primary, ${access}`;
    const channel = member.channel === undefined ? "" : `: ${describeChannel(member.channel)}`;
    const errant = member.errant ? `; errant transactions ${member.errant}` : "";
    return `${name}: follows ${member.source ?? "nobody"}${channel}, ${access}${errant}`;
  });
  return primary === undefined ? members : [primary, ...members];
}
