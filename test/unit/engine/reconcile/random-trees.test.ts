import fc from "fast-check";
import { expect, it } from "vitest";
import { planTree } from "../../../../engine/reconcile/index.js";
import { ancestorsOf, type Tree } from "../../../../engine/topology/index.js";
import { observedTree } from "../topology/observed.js";

const ROOT = "s0";

/** Any tree of `size` servers under s0, whose numbers say nothing of their places. */
const trees = (size: number) =>
  fc
    .tuple(
      fc.shuffledSubarray(
        Array.from({ length: size - 1 }, (_, index) => `s${index + 1}`),
        { minLength: size - 1 },
      ),
      fc.array(fc.nat(), { minLength: size - 1, maxLength: size - 1 }),
    )
    .map(([order, picks]): Tree => {
      const placed = [ROOT, ...order];
      const entries = order.map((name, index) => [name, placed[(picks[index] ?? 0) % (index + 1)] ?? ROOT]);
      // In the order of their names, not of their places.
      return { [ROOT]: null, ...Object.fromEntries(entries.sort()) };
    });

/** Two trees of the same servers, and which of them have no channel yet in the first. */
const changes = fc
  .integer({ min: 2, max: 9 })
  .chain((size) =>
    fc.tuple(trees(size), trees(size), fc.subarray(Array.from({ length: size - 1 }, (_, i) => `s${i + 1}`))),
  );

const isAttached = (tree: Tree, name: string) => name === ROOT || ancestorsOf(tree, name).at(-1) === ROOT;

// Far more than it takes, on a machine that is busy with the other tests.
const TIMEOUT_MILLISECONDS = 60_000;

it(
  "leads from any tree to any other, with everybody attached all the time and nobody moved in vain",
  () => {
    fc.assert(
      fc.property(changes, ([before, after, loose]) => {
        const observed: Tree = { ...before, ...Object.fromEntries(loose.map((name) => [name, null])) };
        const { steps, blockers } = planTree(observedTree(observed), after);
        expect(blockers).toEqual([]);
        let tree = observed;
        let attached = Object.keys(tree).filter((name) => isAttached(tree, name));
        for (const step of steps) {
          if (step.kind !== "repoint") throw new Error(`${step.kind} where all is well`);
          expect(step.former ?? null).toBe(tree[step.member]);
          tree = { ...tree, [step.member]: step.source };
          attached = [...attached, step.member];
          for (const name of attached) expect(isAttached(tree, name)).toBe(true);
          for (const name of Object.keys(tree)) expect(ancestorsOf(tree, name)).not.toContain(name);
        }
        expect(tree).toEqual(after);
        const moved = Object.keys(after).filter((name) => observed[name] !== after[name]);
        expect(steps.map((step) => (step.kind === "repoint" ? step.member : step.kind)).sort()).toEqual(moved.sort());
      }),
      { numRuns: 1000 },
    );
  },
  TIMEOUT_MILLISECONDS,
);

it("has nothing to do where the tree is as wanted", () => {
  fc.assert(
    fc.property(changes, ([tree]) => {
      expect(planTree(observedTree(tree), tree)).toEqual({ steps: [], blockers: [], left: [], diverged: [] });
    }),
  );
});
