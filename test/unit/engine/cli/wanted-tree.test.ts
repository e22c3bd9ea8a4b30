import { describe, expect, it } from "vitest";
import { completeTree, parseChains, readWantedTree } from "../../../../engine/cli/wanted-tree.js";
import { observedTree } from "../topology/observed.js";

const observed = observedTree({ a: null, b: "a", c: "b" });
const completed = (chains: string) => completeTree(parseChains(chains), observed);

describe("a wanted tree", () => {
  it("is read from chains; who is not named stays where it is", () => {
    expect(completed("a>c>b")).toEqual({ a: null, c: "a", b: "c" });
    expect(completed("a > c")).toEqual({ a: null, b: "a", c: "a" });
    expect(completed("b>c,a>b")).toEqual({ a: null, b: "a", c: "b" });
  });

  it("begins with whom the primary shall follow, which is refused later as a switchover", () => {
    expect(completed("b>a,b>c")).toEqual({ a: "b", b: null, c: "b" });
  });

  it("is read from an object", async () => {
    expect(completeTree(await readWantedTree('{"a": null, "c": "a"}'), observed)).toEqual({ a: null, b: "a", c: "a" });
  });

  it("is refused when it cannot be read", async () => {
    expect(() => parseChains("a>b,c>b")).toThrow("b follows both a and c in --to: wanted one source");
    expect(() => parseChains("a>>b")).toThrow('"a>>b" in --to is no chain');
    await expect(readWantedTree('{"a": 1}')).rejects.toThrow("--to is no tree");
    await expect(readWantedTree("no-such-file")).rejects.toThrow("neither a tree such as a>b>c,a>d nor a file");
  });
});
