import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type WatchOptions, watch } from "@gtid-ferry/engine/failover";
import { silent } from "@gtid-ferry/engine/operation";
import { DEFAULT_LIMITS, switchover } from "@gtid-ferry/engine/switchover";
import type { TrafficRoute } from "@gtid-ferry/engine/traffic";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { type FailoverTree, type Name, startFailoverTree } from "../../helpers/failover-tree.js";

const LOAD_MILLISECONDS = 300;
const SETTLE = { timeout: 30_000, interval: 50 };

let tree: FailoverTree;
let record: string;
let ended = new AbortController();
let watching: Promise<void> = Promise.resolve();
beforeAll(async () => {
  tree = await startFailoverTree("watch");
  record = join(tree.servers.a.directory, "watch.jsonl");
});
afterEach(async () => {
  ended.abort();
  await watching;
});
afterAll(() => tree?.stop());

function begin(options: Partial<WatchOptions> = {}, routes: readonly TrafficRoute[] = []): string[] {
  const lines: string[] = [];
  const how = { failover: true, intervalSeconds: 0.2, coolDownSeconds: 600, recordFile: record, ...options };
  ended = new AbortController();
  watching = watch(tree.request, routes, how, (line) => lines.push(line), ended.signal);
  return lines;
}

const persisted = async (name: Name) => {
  const sql =
    "SELECT VARIABLE_VALUE AS value FROM performance_schema.persisted_variables WHERE VARIABLE_NAME = 'super_read_only'";
  return (await tree.servers[name].rootQuery(sql))[0]?.value;
};

const entries = async () =>
  (await readFile(record, "utf8"))
    .trim()
    .split("\n")
    .map((line): { kind: string } => JSON.parse(line));

it("only looks without --failover", async () => {
  const lines = begin({ failover: false });
  await expect.poll(() => lines).toContain("a: the primary, writable");
  await tree.servers.a.kill();
  await expect
    .poll(() => lines, SETTLE)
    .toContainEqual(expect.stringMatching(/^a: the primary, does not answer: .*ECONNREFUSED/));
  await tree.servers.a.restart();
  await tree.waitForReplicas("a");
  await expect.poll(() => lines.filter((line) => line === "a: the primary, writable").length, SETTLE).toBe(2);
  expect(await persisted("a")).not.toBe("ON");
});

it("replaces a dead primary, which comes back fenced; opens one that has only restarted; disarms in the end", async () => {
  const lines = begin();
  await expect.poll(() => persisted("a"), SETTLE).toBe("ON");
  const writers = await tree.write(4, 5);
  await sleep(LOAD_MILLISECONDS);
  await tree.servers.a.kill();
  const others = async () => (await tree.writable()).filter((name) => name !== "a");
  await expect.poll(others, SETTLE).toHaveLength(1);
  const [primary = "b"] = await others();
  await tree.waitForReplicas(primary);
  await sleep(LOAD_MILLISECONDS);
  await writers.stop();
  await expect.poll(() => persisted(primary), SETTLE).toBe("ON");

  await tree.servers.a.restart();
  expect(await tree.writable()).toEqual([primary]);
  const hasDiverged = (line: string) => /^left: a .*only it has/.test(line);
  const hasCome = () =>
    lines.some(
      (line) => hasDiverged(line) || (line.includes(": channel gtid_ferry receives") && line.startsWith("a ")),
    );
  await expect.poll(hasCome, SETTLE).toBe(true);
  if (lines.some(hasDiverged)) await tree.repair("a", primary);
  await expect.poll(() => tree.awaitEqual(primary).then(() => "equal", String), SETTLE).toBe("equal");
  for (const name of tree.names) {
    expect(writers.audit(await tree.ids(name, writers)), name).toEqual({ lost: [], duplicated: [], phantom: [] });
  }

  await tree.servers[primary].kill();
  await expect.poll(() => lines, SETTLE).toContainEqual(expect.stringMatching(/^the role has moved a short while ago/));
  await tree.servers[primary].restart();
  await expect.poll(() => tree.writable(), SETTLE).toEqual([primary]);

  ended.abort();
  await watching;
  expect(await persisted(primary)).toBe("OFF");
  expect((await stat(record)).mode & 0o777).toBe(0o600);
  const kinds = (await entries()).map(({ kind }) => kind);
  expect(kinds).toEqual(
    expect.arrayContaining(["watch begins", "seen", "fence persisted", "failed over", "repaired", "refused"]),
  );
  expect(kinds.at(-1)).toBe("watch ends");
});

it("leaves alone a primary that somebody has made read-only", async () => {
  const [primary = "b"] = await tree.writable();
  const lines = begin();
  await expect.poll(() => persisted(primary), SETTLE).toBe("ON");
  await tree.servers[primary].rootQuery("SET GLOBAL super_read_only = ON");
  await expect.poll(() => lines, SETTLE).toContain(`${primary}: the primary, fenced`);
  await sleep(1000);
  expect(await tree.writable()).toEqual([]);
  await tree.servers[primary].rootQuery("SET GLOBAL super_read_only = OFF", "SET GLOBAL read_only = OFF");
});

it("does nothing by a look that is older than another run's switchover", async () => {
  const [former = "b"] = await tree.writable();
  const [next = "b"] = tree.names.filter((name) => name !== former);
  await tree.servers[former].rootQuery("SET GLOBAL rpl_semi_sync_source_enabled = OFF");
  let state = former;
  let looks = 0;
  const route: TrafficRoute = {
    name: "route",
    endpoints: tree.names,
    describe: () => [],
    // The watch has seen the tree by then, and has locked nobody out yet.
    observe: async () => {
      looks += 1;
      if (looks > 1) return state;
      await switchover({ ...tree.request, to: next, limits: DEFAULT_LIMITS }, [], silent);
      return "elsewhere";
    },
    hold: async () => {},
    cut: async () => {},
    lead: async (to) => {
      state = to as Name;
    },
    close: async () => {},
  };
  const lines = begin({}, [route]);
  const armed = expect.stringMatching(new RegExp(`^${next} .*it comes back fenced if it dies`));
  await expect.poll(() => lines, SETTLE).toContainEqual(armed);
  expect(lines).not.toContainEqual(expect.stringMatching(new RegExp(`^${next} .*: SET PERSIST super_read_only`)));
  expect(state).toBe(next);
  expect(await tree.writable()).toEqual([next]);
});

it("opens a primary that has restarted although a server that was left out is away", async () => {
  const [primary = "b"] = await tree.writable();
  const [lost = "b"] = tree.names.filter((name) => name !== primary);
  await tree.servers[lost].kill();
  const lines = begin({ without: [lost] });
  await expect.poll(() => persisted(primary), SETTLE).toBe("ON");
  await tree.servers[primary].kill();
  await expect.poll(() => lines, SETTLE).toContainEqual(expect.stringMatching(/^the role has moved a short while ago/));
  await tree.servers[primary].restart();
  await expect.poll(() => tree.writable(), SETTLE).toEqual([primary]);
});
