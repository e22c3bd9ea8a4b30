import { silent } from "@gtid-ferry/engine/operation";
import { ensureTree } from "@gtid-ferry/engine/replica-tree";
import { presentTree, type Tree } from "@gtid-ferry/engine/topology";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startWrittenTree, type WrittenTree } from "../../helpers/written-tree.js";

const CHAIN: Tree = { a: null, b: "a", c: "b", d: "c" };
const LIMITS = { settleTimeoutSeconds: 30 };
const DELAY_SECONDS = 3600;
const SEMI_SYNC_TIMEOUT_MILLISECONDS = 100;

let tree: WrittenTree<"a" | "b" | "c" | "d">;
beforeAll(async () => {
  tree = await startWrittenTree("tree", ["a", "b", "c", "d"], {
    a: {
      plugin_load_add: "semisync_source.so",
      loose_rpl_semi_sync_source_enabled: "ON",
      loose_rpl_semi_sync_source_timeout: SEMI_SYNC_TIMEOUT_MILLISECONDS,
    },
    d: { plugin_load_add: "semisync_replica.so", loose_rpl_semi_sync_replica_enabled: "ON" },
  });
});
afterAll(() => tree?.stop());

async function change(wanted: Tree, what: string, progress = silent): Promise<readonly string[]> {
  const { moved, seconds } = await ensureTree({ ...tree.request, tree: wanted, limits: LIMITS }, progress);
  console.log(`${what}: ${seconds.toFixed(2)} s`);
  expect(presentTree(await tree.observe())).toEqual(wanted);
  return moved;
}

/** Changes the delay of d's channel. */
const delay = (seconds: number) =>
  tree.servers.d.rootQuery(
    "STOP REPLICA FOR CHANNEL 'gtid_ferry'",
    `CHANGE REPLICATION SOURCE TO SOURCE_DELAY = ${seconds} FOR CHANNEL 'gtid_ferry'`,
    "START REPLICA FOR CHANNEL 'gtid_ferry'",
  );

// One tree's life in order: each test starts where the one before ended.
it("builds a chain from nothing, and has nothing to do the second time", async () => {
  expect(await change(CHAIN, "chain of 4 from nothing")).toEqual(["b", "c", "d"]);
  const lines: string[] = [];
  const again = await ensureTree({ ...tree.request, tree: CHAIN, limits: LIMITS }, (line) => lines.push(line));
  expect(again).toEqual({ primary: "a", moved: [], seconds: 0 });
  expect(lines).toEqual([]);
});

it("exchanges two servers of a chain", async () => {
  expect(await change({ a: null, c: "a", b: "c", d: "c" }, "a > b > c into a > c > b")).toEqual(["c", "b"]);
});

it("turns a chain around, into a fan, and back", async () => {
  await change(CHAIN, "back to the chain");
  const around = await change({ a: null, d: "a", c: "d", b: "c" }, "a > b > c > d into a > d > c > b");
  expect(around).toEqual(["d", "c", "b"]);
  // The source waits for acknowledgements again once the replica has caught up.
  await expect
    .poll(async () => (await tree.observe()).members)
    .toMatchObject({
      a: { semiSync: { isSourceEnabled: true, isSourceActive: true } },
      d: { semiSync: { isReplicaEnabled: true, isReplicaActive: true } },
    });
  expect(await change({ a: null, b: "a", c: "a", d: "a" }, "chain into fan")).toEqual(["b", "c"]);
  const lines: string[] = [];
  expect(await change(CHAIN, "fan into chain", (line) => lines.push(line))).toEqual(["c", "d"]);
  expect(lines.filter((line) => /semi-synchronously, and d would leave it: from then on/.test(line))).toHaveLength(1);
});

it("leaves a delayed replica its delay", async () => {
  await delay(DELAY_SECONDS);
  await change({ ...CHAIN, d: "b" }, "a delayed replica to another source");
  const { members } = await tree.observe();
  expect(members.d).toMatchObject({ source: "b", delaySeconds: DELAY_SECONDS, errant: "" });
  await delay(0);
});

it("never stopped the primary, lost no write and doubled none, anywhere", async () => {
  await change(CHAIN, "back to the chain");
  await tree.expectWhole();
  const { acknowledged, longestPause, unanswered } = tree.writers;
  expect([...unanswered]).toEqual([]);
  console.log(`${acknowledged.length} writes acknowledged, at most ${Math.round(longestPause)} ms between two of them`);
});
