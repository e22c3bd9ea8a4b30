import { describeChannel } from "../channel/index.js";
import { formatGtidSet } from "../gtid/index.js";
import type { ObservedTopology } from "../topology/index.js";
import type { Choice } from "./elect.js";

/** A choice for people, a line each: what is lost or replayed comes first. */
export function describeChoice({ candidate, collections, lost, replayed, notes }: Choice): string[] {
  return [
    ...(lost.isEmpty() ? [] : [`lost, as accepted: ${lost.count()} transactions, ${formatGtidSet(lost)}`]),
    ...(replayed.isEmpty()
      ? []
      : [`replayed on every server, as accepted: ${replayed.count()} errant transactions, ${formatGtidSet(replayed)}`]),
    ...notes,
    `${candidate} becomes the primary`,
    ...collections.map(
      ({ from, gtids }) =>
        `${candidate} gathers ${gtids.count()} missing transactions from ${from} first: ${formatGtidSet(gtids)}`,
    ),
  ];
}

/** What matters of a topology, a line each; nothing in them moves while all goes well. */
export function describeSeen({ status, members }: ObservedTopology): string[] {
  const unknown = "seen" in status ? [`primary unknown: ${status.seen}`] : [];
  return [
    ...unknown,
    ...Object.values(members).map((member) => {
      const { name } = member;
      const isPrimary = "name" in status && status.name === name;
      if (!member.reachable) return `${name}: ${isPrimary ? "the primary, " : ""}does not answer: ${member.seen}`;
      const { readOnly, superReadOnly } = member.facts;
      const access = readOnly ? (superReadOnly ? "fenced" : "read-only") : "writable";
      if (isPrimary) return `${name}: the primary, ${access}`;
      const channel = member.channel === undefined ? "" : `: ${describeChannel(member.channel)}`;
      const errant = member.errant ? `; errant transactions ${member.errant}` : "";
      return `${name}: follows ${member.source ?? "no server"}${channel}, ${access}${errant}`;
    }),
  ];
}
