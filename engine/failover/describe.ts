import { oneLine } from "../errant/index.js";
import type { Choice } from "./choose.js";

/** A choice for people, a line each: what is lost or replayed comes first. */
export function describeChoice({ candidate, collections, lost, replayed, notes }: Choice): string[] {
  return [
    ...(lost.isEmpty() ? [] : [`lost, as accepted: ${lost.count()} transactions, ${oneLine(lost)}`]),
    ...(replayed.isEmpty()
      ? []
      : [`replayed on every server, as accepted: ${replayed.count()} errant transactions, ${oneLine(replayed)}`]),
    ...notes,
    `${candidate} becomes the primary`,
    ...collections.map(
      ({ from, gtids }) => `${candidate} collects ${gtids.count()} transactions from ${from} first: ${oneLine(gtids)}`,
    ),
  ];
}
