import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GREATEST_NUMBER, GtidSet } from "../../../../engine/gtid/index.js";

const UUIDS = ["3e11fa47-71ca-11e1-9e33-c80aa9429562", "4e11fa47-71ca-11e1-9e33-c80aa9429562"] as const;
const TAGS = ["", "a", "b_1"] as const;

/** The same set as its text and, as the model, as all its members. */
const modelled = fc
  .array(
    fc.record({
      uuid: fc.constantFrom(...UUIDS),
      tag: fc.constantFrom(...TAGS),
      start: fc.integer({ min: 1, max: 40 }),
      length: fc.integer({ min: 0, max: 8 }),
    }),
    { maxLength: 12 },
  )
  .map((parts) => {
    const members = parts.flatMap(({ uuid, tag, start, length }) =>
      Array.from({ length: length + 1 }, (_, offset) => `${uuid}:${tag}:${start + offset}`),
    );
    const text = parts.map(({ uuid, tag, start, length }) => `${uuid}${tag && ":"}${tag}:${start}-${start + length}`);
    return { text: text.join(","), members: new Set(members) };
  });

function membersOf(set: GtidSet): Set<string> {
  const members = [...set.intervals()].flatMap(({ uuid, tag, start, end }) =>
    Array.from({ length: Number(end - start) + 1 }, (_, offset) => `${uuid}:${tag}:${Number(start) + offset}`),
  );
  return new Set(members);
}

const sorted = (members: Iterable<string>) => [...members].sort();

describe("GtidSet", () => {
  it("agrees with plain sets of members", () => {
    fc.assert(
      fc.property(modelled, modelled, (left, right) => {
        const [a, b] = [GtidSet.parse(left.text), GtidSet.parse(right.text)];
        const kept = (wanted: boolean) => [...left.members].filter((member) => right.members.has(member) === wanted);
        expect(sorted(membersOf(a.union(b)))).toEqual(sorted(new Set([...left.members, ...right.members])));
        expect(sorted(membersOf(a.subtract(b)))).toEqual(sorted(kept(false)));
        expect(sorted(membersOf(a.intersect(b)))).toEqual(sorted(kept(true)));
        expect(a.contains(b)).toBe([...right.members].every((member) => left.members.has(member)));
        expect(a.equals(b)).toBe(sorted(left.members).join() === sorted(right.members).join());
        expect(a.isEmpty()).toBe(left.members.size === 0);
        expect(a.count()).toBe(BigInt(left.members.size));
      }),
      { numRuns: 2000 },
    );
  });

  it("reads its own text back, which never has adjacent or overlapping intervals", () => {
    fc.assert(
      fc.property(modelled, ({ text }) => {
        const set = GtidSet.parse(text);
        expect(GtidSet.parse(set.toString()).toString()).toBe(set.toString());
        const list = [...set.intervals()];
        for (const [index, next] of list.entries()) {
          const last = list[index - 1];
          if (last?.uuid === next.uuid && last.tag === next.tag) expect(next.start).toBeGreaterThan(last.end + 1n);
        }
      }),
    );
  });

  it("is exact up to the greatest number", () => {
    const all = GtidSet.parse(`${UUIDS[0]}:1-${GREATEST_NUMBER}`);
    expect(all.count()).toBe(2n ** 63n - 2n);
    const rest = all.subtract(GtidSet.parse(`${UUIDS[0]}:2-9223372036854775805`));
    expect(rest.toString()).toBe(`${UUIDS[0]}:1:9223372036854775806`);
  });

  it("changes neither operand", () => {
    const [a, b] = [GtidSet.parse(`${UUIDS[0]}:1-9`), GtidSet.parse(`${UUIDS[0]}:5`)];
    a.subtract(b);
    a.union(b);
    expect([a.toString(), b.toString()]).toEqual([`${UUIDS[0]}:1-9`, `${UUIDS[0]}:5`]);
  });
});
