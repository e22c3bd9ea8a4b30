import { describe, expect, it } from "vitest";
import { treeWithout } from "../../../../engine/replica-tree/index.js";

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
