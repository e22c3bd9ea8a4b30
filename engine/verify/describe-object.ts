import type { ComparedServer } from "./compared-server.js";
import type { AttributeDifference, ObjectDifference } from "./objects/compare-objects.js";
import { showObject } from "./objects/object-name.js";

type Servers = Readonly<Record<"primary" | "replica", ComparedServer>>;

/** Characters of a long text that are shown around the place where two of them part. */
const SHOWN = 120;
const BEFORE = 20;

/** One line, or for an object that differs one for each of its attributes that do. */
export function describeObject(object: ObjectDifference, { primary, replica }: Servers): string[] {
  const name = showObject(object);
  switch (object.verdict) {
    case "missing":
      return [`${name}: missing on ${replica.name}`];
    case "surplus":
      return [`${name}: only on ${replica.name}`];
    case "undecided":
      return [`${name}: undecided: it was changed at every look`];
    case "different":
      return object.attributes.map(
        (attribute) => `${name}: ${describeAttribute(attribute, primary.name, replica.name)}`,
      );
  }
}

function describeAttribute({ attribute, primary, replica }: AttributeDifference, one: string, other: string): string {
  const [onPrimary, onReplica] = excerpts(primary, replica);
  return `${attribute}: ${one} ${onPrimary}, ${other} ${onReplica}`;
}

/** Both texts, or what is around the first character that is another one. */
export function excerpts(one: string | undefined, other: string | undefined): readonly [string, string] {
  const shown = (text: string | undefined, start: number) => {
    if (text === undefined) return "none";
    const end = start + SHOWN;
    return `${start === 0 ? "" : "..."}${JSON.stringify(text.slice(start, end))}${end < text.length ? "..." : ""}`;
  };
  const [a, b] = [one ?? "", other ?? ""];
  if (Math.max(a.length, b.length) <= SHOWN) return [shown(one, 0), shown(other, 0)];
  let place = 0;
  while (place < a.length && a[place] === b[place]) place += 1;
  const start = Math.max(0, place - BEFORE);
  return [shown(one, start), shown(other, start)];
}
