import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { silent } from "@gtid-ferry/engine/operation";
import { changeTree } from "@gtid-ferry/engine/reconcile";
import { presentTree, type Topology, type Tree } from "@gtid-ferry/engine/topology";
import { afterAll, beforeAll, expect, it } from "vitest";
import { paths } from "../../../../toolchain/paths.js";
import { killedAtLine } from "../../helpers/killed-at-line.js";
import { startWrittenTree, type WrittenTree } from "../../helpers/written-tree.js";

const FAN: Tree = { a: null, b: "a", c: "a" };
const CHAIN: Tree = { a: null, c: "a", b: "c" };
const LIMITS = { settleTimeoutSeconds: 30 };

let tree: WrittenTree<"a" | "b" | "c">;
beforeAll(async () => {
  tree = await startWrittenTree("tree-faults", ["a", "b", "c"]);
  await change(FAN);
});
afterAll(() => tree?.stop());

const change = (wanted: Tree, topology: Topology = tree.request) =>
  changeTree(topology, { tree: wanted, limits: LIMITS }, silent);

/** The fault is there, b follows a and applies: nothing was changed, or all of it was undone. */
async function expectUnchanged(): Promise<void> {
  const { members, ...observed } = await tree.observe();
  expect(presentTree({ members, ...observed })).toEqual(FAN);
  expect(members.b).toMatchObject({ channel: { receiver: "ON", applier: "ON" }, isConfigured: true });
}

// One tree's life in order: each test starts where the one before ended.
it("refuses a new source that has purged what the replica lacks", async () => {
  await tree.servers.b.rootQuery("STOP REPLICA FOR CHANNEL 'gtid_ferry'");
  const [row] = await tree.servers.b.rootQuery("SELECT @@gtid_executed AS executed");
  const ahead = () =>
    tree.servers.c.rootQuery(
      `SELECT GTID_SUBTRACT(@@gtid_executed, '${String(row?.executed).replaceAll(/\s/g, "")}') <> '' AS ahead`,
    );
  await expect.poll(ahead, { timeout: 30_000 }).toEqual([{ ahead: 1 }]);
  await tree.servers.c.rootQuery("FLUSH BINARY LOGS");
  const logs = await tree.servers.c.rootQuery("SHOW BINARY LOGS");
  await tree.servers.c.rootQuery(`PURGE BINARY LOGS TO '${logs.at(-1)?.Log_name}'`);
  await expect(change(CHAIN)).rejects.toThrow(/b 127\.0\.0\.1:\d+ under c.*purged binary logs with [0-9a-f-]{36}:\d/s);
  await tree.servers.b.rootQuery("START REPLICA FOR CHANNEL 'gtid_ferry'");
  await change(FAN);
  await expectUnchanged();
});

it("lets a replica follow its former source again when the new one does not take it in", async () => {
  const { c } = tree.request.members;
  if (c === undefined) throw new Error("a member expected");
  const wrong = { ...tree.request.members, c: { ...c, address: { ...c.address, password: "not the password" } } };
  await expect(change(CHAIN, { ...tree.request, members: wrong })).rejects.toThrow(/1045/);
  await expectUnchanged();
});

it("waits for a new source that is behind the replica", async () => {
  // Longer than a difference is waited for before it counts as errant.
  const held = tree.servers.c.rootQuery("FLUSH TABLES WITH READ LOCK", "DO SLEEP(5)");
  await sleep(300);
  expect((await change(CHAIN)).moved).toEqual(["b"]);
  await held;
  expect((await change(FAN)).moved).toEqual(["b"]);
});

/** Runs `ferry topology --apply` and kills it when it prints its `line`th line; false when it had ended before. */
async function killAtLine(wanted: Tree, line: number): Promise<boolean> {
  const file = join(tree.servers.a.directory, "topology.json");
  await writeFile(file, JSON.stringify({ ...tree.request, tree: wanted, routes: [] }), { mode: 0o600 });
  const main = join(paths.projectRoot, "engine/dist/cli/main.js");
  return killedAtLine(spawn(process.execPath, [main, "topology", "--topology", file, "--apply"]), line);
}

it("completes what a run that was killed has left, wherever that was", async () => {
  let line = 0;
  let killed = true;
  while (killed) {
    const wanted = line % 2 === 0 ? { a: null, b: "a", c: "b" } : CHAIN;
    line += 1;
    killed = await killAtLine(wanted, line);
    await change(wanted);
    expect(presentTree(await tree.observe())).toEqual(wanted);
  }
  expect(line).toBeGreaterThan(6);
});

it("has lost no write and doubled none, anywhere", () => tree.expectWhole());

it("refuses to move a replica with an errant transaction", async () => {
  await change(FAN);
  await tree.servers.b.rootQuery("FLUSH PRIVILEGES");
  await expect(change(CHAIN)).rejects.toThrow(/b 127\.0\.0\.1:\d+ under c.*errant transactions [0-9a-f-]{36}:1/s);
  expect(presentTree(await tree.observe())).toEqual(FAN);
});
