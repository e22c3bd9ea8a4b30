import { silent } from "@gtid-ferry/engine/operation";
import {
  ensureTree,
  type ObservedTree,
  observeMembers,
  presentTree,
  type Tree,
  withMembers,
} from "@gtid-ferry/engine/replica-tree";
import { afterAll, beforeAll, expect, it } from "vitest";
import { FollowingWriters, WRITTEN_TABLE } from "../../helpers/following-writers.js";
import { startTree, type TestTree } from "../../helpers/tree.js";

const NAMES = ["a", "b", "c", "d"] as const;
const CHAIN: Tree = { a: null, b: "a", c: "b", d: "c" };
const LIMITS = { settleTimeoutSeconds: 30 };
const DELAY_SECONDS = 3600;
/** Replicas keep up with writers that rest, on a slow machine too. */
const THINK_MILLISECONDS = 10;

let tree: TestTree<(typeof NAMES)[number]>;
let writers: FollowingWriters;

beforeAll(async () => {
  tree = await startTree("tree", NAMES);
  await tree.servers.a.rootQuery(
    "CREATE SCHEMA app",
    WRITTEN_TABLE,
    "CREATE USER writer@'127.0.0.1' IDENTIFIED BY 'writer'",
    "GRANT INSERT ON app.* TO writer@'127.0.0.1'",
  );
  const account = { host: "127.0.0.1", port: tree.servers.a.port, user: "writer", password: "writer" };
  writers = await FollowingWriters.start([account], 2, THINK_MILLISECONDS);
});
afterAll(async () => {
  await writers?.stop();
  await tree?.stop();
});

async function change(wanted: Tree, what: string): Promise<string[]> {
  const lines: string[] = [];
  const { moved, seconds } = await ensureTree({ ...tree.request, tree: wanted, limits: LIMITS }, (line) =>
    lines.push(line),
  );
  console.log(`${what}: ${seconds.toFixed(2)} s`);
  expect(presentTree(await observe())).toEqual(wanted);
  return [...moved];
}

const observe = (): Promise<ObservedTree> =>
  withMembers(tree.request, (members) => observeMembers(tree.request, members));

it("builds a chain from nothing, and has nothing to do the second time", async () => {
  expect(await change(CHAIN, "chain from nothing")).toEqual(["b", "c", "d"]);
  const lines: string[] = [];
  expect(await ensureTree({ ...tree.request, tree: CHAIN, limits: LIMITS }, (line) => lines.push(line))).toEqual({
    primary: "a",
    moved: [],
    seconds: 0,
  });
  expect(lines).toEqual([]);
});

it("exchanges two servers of a chain", async () => {
  expect(await change({ a: null, c: "a", b: "c", d: "c" }, "a > b > c into a > c > b")).toEqual(["c", "b"]);
});

it("turns a chain around, into a fan, and back", async () => {
  await change(CHAIN, "back to the chain");
  expect(await change({ a: null, d: "a", c: "d", b: "c" }, "a > b > c > d into a > d > c > b")).toEqual([
    "d",
    "c",
    "b",
  ]);
  expect(await change({ a: null, b: "a", c: "a", d: "a" }, "chain into fan")).toEqual(["b", "c"]);
  expect(await change(CHAIN, "fan into chain")).toEqual(["c", "d"]);
});

it("leaves a delayed replica its delay", async () => {
  await tree.servers.d.rootQuery(
    "STOP REPLICA FOR CHANNEL 'gtid_ferry'",
    `CHANGE REPLICATION SOURCE TO SOURCE_DELAY = ${DELAY_SECONDS} FOR CHANNEL 'gtid_ferry'`,
    "START REPLICA FOR CHANNEL 'gtid_ferry'",
  );
  await change({ ...CHAIN, d: "b" }, "a delayed replica to another source");
  const observed = await observe();
  expect(observed.members.d).toMatchObject({ source: "b", delaySeconds: DELAY_SECONDS, errant: "" });
  await tree.servers.d.rootQuery(
    "STOP REPLICA FOR CHANNEL 'gtid_ferry'",
    "CHANGE REPLICATION SOURCE TO SOURCE_DELAY = 0 FOR CHANNEL 'gtid_ferry'",
    "START REPLICA FOR CHANNEL 'gtid_ferry'",
  );
});

it("completes what a run that was killed has left", async () => {
  await tree.servers.c.rootQuery("STOP REPLICA FOR CHANNEL 'gtid_ferry'", "SET GLOBAL super_read_only = OFF");
  await ensureTree({ ...tree.request, tree: { ...CHAIN, d: "b" }, limits: LIMITS }, silent);
  const observed = await observe();
  expect(observed.members.c).toMatchObject({ source: "b", facts: { superReadOnly: true }, channel: { applier: "ON" } });
});

it("has lost no write and doubled none, anywhere", async () => {
  await change(CHAIN, "back to the chain");
  await writers.stop();
  expect(writers.acknowledged.length).toBeGreaterThan(100);
  const [{ executed } = { executed: "" }] = await tree.servers.a.rootQuery("SELECT @@gtid_executed AS executed");
  for (const name of NAMES) {
    const server = tree.servers[name];
    const [arrived] = await server.rootQuery(`SELECT WAIT_FOR_EXECUTED_GTID_SET('${executed}', 30) AS timedOut`);
    expect(arrived).toEqual({ timedOut: 0 });
    const rows = await server.rootQuery(writers.selectIds);
    expect(writers.audit(rows.map(({ id }) => Number(id)))).toEqual({ lost: [], duplicated: [], phantom: [] });
  }
  expect(writers.unanswered.size).toBe(0);
});
