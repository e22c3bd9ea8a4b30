import { describeChannel } from "../channel/index.js";
import type { ObservedTree } from "../replica-tree/index.js";
import type { Standing } from "./standing.js";

/** What matters of a tree, a line each; nothing in them moves while all goes well. */
export function describeSeen(observed: ObservedTree, standing: Standing): string[] {
  const primary = standing.kind === "unknown" ? `primary unknown: ${standing.seen}` : undefined;
  const members = Object.values(observed.members).map((member) => {
    const { name } = member;
    const isPrimary = standing.kind !== "unknown" && standing.name === name;
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
