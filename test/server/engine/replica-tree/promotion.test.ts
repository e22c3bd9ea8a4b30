import { DEFAULT_LIMITS, switchover } from "@gtid-ferry/engine/cutover";
import { silent } from "@gtid-ferry/engine/operation";
import { ensureTree, presentTree, type Tree } from "@gtid-ferry/engine/replica-tree";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startWrittenTree, type WrittenTree } from "../../helpers/written-tree.js";

let tree: WrittenTree<"a" | "b" | "c" | "d">;
beforeAll(async () => {
  tree = await startWrittenTree("promotion", ["a", "b", "c", "d"], {}, ["a", "b"]);
});
afterAll(() => tree?.stop());

const change = (wanted: Tree) =>
  ensureTree({ ...tree.request, tree: wanted, limits: { settleTimeoutSeconds: 30 } }, silent);

async function promote(primary: "source" | "target"): Promise<void> {
  const { a, b } = tree.request.members;
  if (a === undefined || b === undefined) throw new Error("two members expected");
  const end = { host: { kind: "local" } } as const;
  const limits = DEFAULT_LIMITS;
  await switchover(
    { channel: tree.request.channel, source: { ...a, ...end }, target: { ...b, ...end }, primary, limits },
    [],
    silent,
  );
}

it("moves the primary and everybody else below the new one, and back, without a lost write", async () => {
  await change({ a: null, b: "a", c: "a", d: "b" });
  await promote("target");
  expect(presentTree(await tree.observe())).toEqual({ b: null, a: "b", c: "a", d: "b" });
  const { moved, seconds } = await change({ b: null, a: "b", c: "b", d: "b" });
  console.log(`everybody below the new primary: ${seconds.toFixed(2)} s`);
  expect(moved).toEqual(["c"]);
  await promote("source");
  expect((await change({ a: null, b: "a", c: "b", d: "c" })).moved).toEqual(["d"]);
  await tree.expectWhole();
});
