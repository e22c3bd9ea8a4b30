import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkShape, type Tree, treeFrom, treeWithout } from "../../../../engine/topology/index.js";

describe("treeWithout", () => {
  const tree = { a: null, b: "a", c: "b", d: "c", e: "a" };

  it("lets who followed somebody that is left out follow the next above", () => {
    expect(treeWithout(tree, ["b", "c"], "a")).toEqual({ a: null, d: "a", e: "a" });
    expect(treeWithout(tree, [], "a")).toEqual(tree);
  });

  it("begins with the present primary where its root is left out", () => {
    expect(treeWithout(tree, ["a"], "c")).toEqual({ c: null, b: "c", d: "c", e: "c" });
  });
});

describe("treeFrom", () => {
  it("keeps everybody, the others' places too", () => {
    const declared: Tree = { a: null, b: "a", c: "b", d: "a", e: "c" };
    expect(treeFrom(declared, "c")).toEqual({ c: null, a: "c", b: "c", d: "c", e: "c" });
    expect(treeFrom(declared, "a")).toEqual(declared);
  });

  it("is a tree whoever is the primary in whatever tree", () => {
    const sources = fc.array(fc.nat(), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(sources, fc.nat(), (picks, pick) => {
        const names = ["s0", ...picks.map((_, index) => `s${index + 1}`)];
        const declared: Tree = Object.fromEntries(
          names.map((name, index) => [name, index === 0 ? null : `s${(picks[index - 1] ?? 0) % index}`]),
        );
        const primary = `s${pick % names.length}`;
        expect(checkShape(treeFrom(declared, primary), names)).toEqual([]);
        expect(treeFrom(declared, primary)[primary]).toBeNull();
      }),
    );
  });
});
