import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sideRoute } from "../../../../engine/promotion/side-route.js";
import { situationOf } from "../../../../engine/promotion/situation.js";
import { treeAfter, treeBefore } from "../../../../engine/promotion/trees.js";
import { shapeObstacles, type Tree } from "../../../../engine/replica-tree/index.js";
import type { TrafficRoute } from "../../../../engine/traffic/index.js";
import { observedTree, uuidOf } from "../replica-tree/observed.js";

describe("the trees of a switchover", () => {
  it("keep everybody, the others' places too", () => {
    const present: Tree = { a: null, b: "a", c: "b", d: "a", e: "c" };
    expect(treeBefore(present, "a", "c")).toEqual({ a: null, b: "a", c: "a", d: "a", e: "c" });
    expect(treeAfter({ ...present, c: "a" }, "a", "c")).toEqual({ c: null, a: "c", b: "c", d: "c", e: "c" });
  });

  it("are trees whoever is promoted in whatever tree", () => {
    const sources = fc.array(fc.nat(), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(sources, fc.nat(), (picks, pick) => {
        const names = ["s0", ...picks.map((_, index) => `s${index + 1}`)];
        const present: Tree = Object.fromEntries(
          names.map((name, index) => [name, index === 0 ? null : `s${(picks[index - 1] ?? 0) % index}`]),
        );
        const to = `s${1 + (pick % picks.length)}`;
        const before = treeBefore(present, "s0", to);
        expect(shapeObstacles(before, names)).toEqual([]);
        expect(shapeObstacles(treeAfter(before, "s0", to), names)).toEqual([]);
      }),
    );
  });
});

describe("what a switchover starts from", () => {
  const chain: Tree = { a: null, b: "a", c: "b" };

  it("is the present primary, or the one before where the role has moved already", () => {
    expect(situationOf(observedTree(chain), "c")).toMatchObject({ from: "a", hasMoved: false });
    const lastEntry = {
      number: 1,
      primaryUuid: uuidOf(0),
      previousUuid: uuidOf(2),
      finalGtidSet: "",
      eventScheduler: "ON",
      committedAt: "",
      probed: true,
      isFinal: false,
    };
    expect(situationOf(observedTree(chain, {}, { a: { lastEntry } }), "a")).toMatchObject({
      from: "c",
      hasMoved: true,
    });
  });

  it("is the declared primary while nobody accepts writes and no journal has an entry", () => {
    expect(situationOf(observedTree(chain, { a: { readOnly: true } }), "b")).toMatchObject({
      from: "a",
      hasMoved: false,
    });
  });
});

describe("a route as a switchover of two members sees it", () => {
  const asked: string[] = [];
  let state = "source";
  const route: TrafficRoute = {
    name: "a route",
    endpoints: ["source", "target", "replica"],
    describe: (to) => [`to ${to}`],
    observe: async () => state,
    hold: async () => undefined,
    cut: async (from) => void asked.push(`cut ${from}`),
    lead: async (to) => void asked.push(`lead ${to}`),
    close: async () => undefined,
  };
  const seen = sideRoute(route, { source: "target", target: "replica" });

  it("has the two members as its sides, and a third one as elsewhere", async () => {
    const states: string[] = [];
    for (state of ["target", "replica", "source", "held", "unset"]) states.push(await seen.observe());
    expect(states).toEqual(["source", "target", "elsewhere", "held", "unset"]);
  });

  it("leads to the members", async () => {
    await seen.cut("source");
    await seen.lead("target");
    expect(asked).toEqual(["cut target", "lead replica"]);
    expect(seen.describe("target")).toEqual(["to replica"]);
    expect(seen.arm).toBeUndefined();
  });
});
