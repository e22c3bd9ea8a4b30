import { setTimeout as sleep } from "node:timers/promises";
import { type FailoverRequest, type FailoverResult, failover, previewFailover } from "@gtid-ferry/engine/failover";
import { silent } from "@gtid-ferry/engine/operation";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readProcess } from "../../../../lab/process/index.js";
import { type FailoverTree, type Name, startFailoverTree } from "../../helpers/failover-tree.js";
import { killFailoverAt, killFailoverWhen } from "../../helpers/kill-failover.js";

const THINK_MILLISECONDS = 5;
const LOAD_MILLISECONDS = 300;

let tree: FailoverTree;
let primary: Name = "a";
beforeAll(async () => {
  tree = await startFailoverTree("failover");
});
afterAll(() => tree?.stop());

const run = (request: FailoverRequest = tree.request) => failover(request, [], silent);

function moved(result: FailoverResult): Name {
  if (result.kind !== "failed over") throw new Error(JSON.stringify(result));
  expect(result.report.repaired.failed).toEqual([]);
  return result.report.primary as Name;
}

/** Servers that stay fenced because only they have certain transactions. */
function divergedIn(result: FailoverResult): string[] {
  if (result.kind !== "completed") throw new Error(JSON.stringify(result));
  return result.repaired.left.flatMap(({ check, server, seen }) =>
    check === "errant-transactions" ? [`${server} ${seen}`] : [],
  );
}

/** Why a failover was refused, with what to do. */
function reasons(result: FailoverResult): string[] {
  if (result.kind !== "refused") throw new Error(JSON.stringify(result));
  return result.findings.map(({ seen, fix }) => `${seen}; ${fix}`);
}

/** Everybody follows the primary, directly or not, and has what it has. */
async function expectWhole(): Promise<void> {
  expect(await tree.writable()).toEqual([primary]);
  await tree.awaitEqual(primary);
}

/** The former primary is back: it is fenced and follows, after a repair where only it had something. */
async function takeBack(former: Name): Promise<void> {
  const result = await run();
  if (result.kind !== "completed") throw new Error(JSON.stringify(result));
  const { failed } = result.repaired;
  const diverged = divergedIn(result);
  expect(failed).toEqual([]);
  expect(await tree.writable()).toEqual([primary]);
  if (diverged.length > 0) {
    expect(diverged).toEqual([expect.stringMatching(`^${former} .*only it has`)]);
    await tree.repair(former, primary);
    expect(await run()).toMatchObject({ kind: "completed", repaired: { left: [], failed: [] } });
  }
  await expectWhole();
}

/** Each server whose receiver runs or tries to, and whose applier runs: the port that it reads from. */
async function sourcesBut(former: Name) {
  const names = tree.names.filter((name) => name !== former);
  const rows = await Promise.all(
    names.map((name) =>
      tree.servers[name].rootQuery(
        `SELECT c.PORT AS port, @@GLOBAL.super_read_only AS fenced, s.SERVICE_STATE <> 'OFF' AS receives,
           a.SERVICE_STATE AS applies FROM performance_schema.replication_connection_configuration c
           JOIN performance_schema.replication_connection_status s USING (CHANNEL_NAME)
           JOIN performance_schema.replication_applier_status a USING (CHANNEL_NAME)`,
      ),
    ),
  );
  return Object.fromEntries(names.map((name, index) => [name, rows[index]]));
}

const TRIGGER = "gtid_ferry.refuse";

async function refuseEntries(name: Name): Promise<void> {
  await unlogged(
    name,
    `CREATE TRIGGER ${TRIGGER} BEFORE INSERT ON gtid_ferry.switchover FOR EACH ROW
       SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no entry'`,
  );
}

const acceptEntries = (name: Name) => unlogged(name, `DROP TRIGGER ${TRIGGER}`);

async function unlogged(name: Name, step: string): Promise<void> {
  const fence = (value: string) => `SET GLOBAL super_read_only = ${value}`;
  await tree.servers[name].rootQuery("SET sql_log_bin = 0", fence("OFF"), step, fence("ON"));
}

it("refuses while a replica hears the primary: a lost network of the operator is no failover", async () => {
  const { members } = tree.request;
  const { a } = members;
  if (a === undefined) throw new Error("a expected");
  const unreachable = { ...a, connection: { ...a.connection, port: 1 } };
  const cutOff = { ...tree.request, members: { ...members, a: unreachable } };
  const { refusals, givenUp } = await previewFailover(cutOff, []);
  expect(refusals.map(({ seen }) => seen)).toEqual(["a is not dead: it is heard"]);
  expect(givenUp).toBe("a");
  const refused = [expect.stringMatching(/^a is not dead: .* still hear/)];
  expect(reasons(await run(cutOff))).toEqual(refused);
  const stopped = [tree.servers.b, tree.servers.c];
  for (const server of stopped) await server.rootQuery("STOP REPLICA");
  expect(reasons(await run({ ...cutOff, expectedPrimary: "a" }))).toEqual(refused);
  for (const server of stopped) {
    const state = "SELECT SERVICE_STATE AS receiver FROM performance_schema.replication_connection_status";
    expect(await server.rootQuery(state)).toEqual([{ receiver: "OFF" }]);
    await server.rootQuery("START REPLICA");
  }
  await expect.poll(() => Promise.all([tree.follows("b"), tree.follows("c")])).toEqual([true, true]);
  expect(reasons(await run())).toEqual([expect.stringMatching("^a is up and writable: not a failover case")]);
  await expectWhole();
});

it("gives up when the primary comes back, and starts again what a killed run had stopped", async () => {
  // As a watch has it that is killed, too: the primary comes back fenced.
  await tree.servers.a.rootQuery("SET PERSIST_ONLY super_read_only = ON, PERSIST_ONLY read_only = ON");
  await tree.servers.a.kill();
  await killFailoverAt("elect", tree.request);
  await tree.servers.a.restart();
  await tree.waitForReplicas("a");
  const result = await run();
  expect(result).toMatchObject({ kind: "completed", primary: "a", repaired: { left: [], failed: [] } });
  await expectWhole();
});

it("opens a primary that the first of all switchovers has fenced before it was lost, and no other that is read-only", async () => {
  const { a } = tree.servers;
  await a.rootQuery("SET GLOBAL super_read_only = ON");
  const why = "it is read-only (super_read_only is ON), and no failover, switchover or restart did that";
  const { refusals } = await previewFailover(tree.request, []);
  expect(refusals.map(({ seen }) => seen)).toEqual([why]);
  expect(reasons(await run())).toEqual([expect.stringContaining(why)]);
  const steps = [
    "CREATE SCHEMA gtid_ferry",
    `CREATE DEFINER = '${a.options.user}'@'%' EVENT gtid_ferry.auto_unfence ON SCHEDULE EVERY 1 YEAR DISABLE DO DO 1`,
  ];
  await a.rootQuery(
    "SET sql_log_bin = 0",
    "SET GLOBAL super_read_only = OFF",
    ...steps,
    "SET GLOBAL super_read_only = ON",
  );
  expect(await run()).toMatchObject({ kind: "completed", primary: "a", repaired: { failed: [] } });
  await a.rootQuery("SET sql_log_bin = 0", "DROP SCHEMA gtid_ferry");
  await expectWhole();
});

it("gives up what takes long when the primary comes back meanwhile", async () => {
  const writers = await tree.write(2, THINK_MILLISECONDS);
  await sleep(LOAD_MILLISECONDS);
  const held = tree.servers.b.rootQuery("LOCK TABLES app.written READ", "DO SLEEP(6)");
  await sleep(LOAD_MILLISECONDS);
  await tree.servers.a.kill();
  const result = await failover(tree.asking({ to: "b" }), [], silent, async (step) => {
    if (step === "apply relay log") await tree.servers.a.restart();
  });
  expect(reasons(result)).toEqual([expect.stringMatching(/^a is not dead: it has come back: /)]);
  await held;
  await tree.waitForReplicas("a");
  await writers.stop();
  await expectWhole();
  for (const name of tree.names) {
    expect(writers.audit(await tree.ids(name, writers)), name).toEqual({ lost: [], duplicated: [], phantom: [] });
  }
});

it("says why it gives up, and starts the others again, although a replica died meanwhile", async () => {
  await tree.servers.a.kill();
  const result = await failover(tree.request, [], silent, async (step) => {
    if (step === "elect") await tree.servers.b.kill();
  });
  expect(result).toMatchObject({ kind: "refused", findings: [{ server: "b", check: "reachable" }] });
  await tree.servers.a.restart();
  await tree.servers.b.restart();
  await tree.waitForReplicas("a");
  await tree.servers.b.rootQuery("START REPLICA");
  for (const name of ["c", "d"] as const) await expect.poll(() => tree.follows(name), { timeout: 10_000 }).toBe(true);
  await expectWhole();
});

it("is finished by the server when it is killed in the middle of the first promotion of all", async () => {
  const { b } = tree.servers;
  await tree.servers.a.kill();
  const held = expect(b.rootQuery("FLUSH TABLES WITH READ LOCK", "DO SLEEP(60)")).rejects.toThrow();
  const idOf = async (statement: string) => {
    const sql = `SELECT PROCESSLIST_ID AS id FROM performance_schema.threads WHERE PROCESSLIST_INFO LIKE '${statement}%'`;
    return (await b.rootQuery(sql))[0]?.id;
  };
  await killFailoverWhen(async () => (await idOf("CREATE SCHEMA")) !== undefined, tree.asking({ to: "b" }));
  expect(await tree.writable()).toEqual([]);
  await b.rootQuery(`KILL ${await idOf("DO SLEEP")}`);
  await held;
  await expect.poll(() => tree.writable()).toEqual(["b"]);
  primary = "b";
  await tree.servers.a.restart();
  await takeBack("a");
  await tree.waitForReplicas("b");
});

it("loses and doubles no acknowledged write when the primary is killed under load, and moves events", async () => {
  const former = primary;
  await tree.servers[former].rootQuery(
    `GRANT SET_ANY_DEFINER ON *.* TO ${tree.servers[former].options.user}`,
    "CREATE DEFINER = writer@'127.0.0.1' EVENT app.daily ON SCHEDULE EVERY 1 DAY DO DELETE FROM app.written WHERE id < 0",
  );
  const writers = await tree.write(4, THINK_MILLISECONDS);
  await sleep(LOAD_MILLISECONDS);
  await tree.servers[former].kill();
  primary = moved(await run());
  await tree.waitForReplicas(primary);
  await sleep(LOAD_MILLISECONDS);
  await writers.stop();
  expect(await tree.writable()).toEqual([primary]);
  expect(writers.acknowledged.length).toBeGreaterThan(20);
  await tree.servers[former].restart();
  await takeBack(former);
  for (const name of tree.names) {
    const [event] = await tree.servers[name].rootQuery(
      "SELECT STATUS AS status, DEFINER AS definer, @@event_scheduler AS scheduler FROM information_schema.EVENTS",
    );
    const isPrimary = name === primary;
    expect(event, name).toEqual({
      status: isPrimary ? "ENABLED" : "REPLICA_SIDE_DISABLED",
      definer: "writer@127.0.0.1",
      scheduler: isPrimary ? "ON" : "OFF",
    });
  }
  for (const name of tree.names) {
    expect(writers.audit(await tree.ids(name, writers)), name).toEqual({ lost: [], duplicated: [], phantom: [] });
  }
});

it("refuses a candidate with errant transactions, and replays them when they are accepted", async () => {
  const errant = tree.names.find((name) => name !== primary && name !== "a") ?? "b";
  await tree.servers[errant].rootQuery(
    "SET GLOBAL super_read_only = OFF",
    "CREATE SCHEMA stray",
    "SET GLOBAL super_read_only = ON",
  );
  const former = primary;
  await tree.servers[former].kill();
  const uuid = await tree.uuidOf(errant);
  expect(reasons(await run(tree.asking({ to: errant })))).toEqual([
    expect.stringMatching(`^${errant} cannot be the primary: it alone has ${uuid}:.*--accept-errant`),
  ]);
  const result = await run(tree.asking({ to: errant, acceptErrant: true }));
  primary = moved(result);
  expect(result).toMatchObject({ report: { primary: errant, replayed: expect.stringMatching(`^${uuid}:`) } });
  await tree.servers[former].restart();
  await takeBack(former);
  for (const name of tree.names) {
    expect(await tree.servers[name].rootQuery("SHOW SCHEMAS LIKE 'stray'")).toHaveLength(1);
  }
});

it.each(["promote", "switch traffic"] as const)("goes on where a run was killed at %s", async (step) => {
  const former = primary;
  await tree.servers[former].kill();
  await killFailoverAt(step, tree.request);
  const result = await run();
  if (step === "promote") primary = moved(result);
  else if (result.kind === "completed") {
    primary = result.primary as Name;
    expect(result.repaired.failed).toEqual([]);
  }
  expect(result.kind).toBe(step === "promote" ? "failed over" : "completed");
  expect(primary).not.toBe(former);
  await tree.servers[former].restart();
  await takeBack(former);
});

it("asks replicas that are stopped, too, when the primary is given up by name", async () => {
  const former = primary;
  const sources = await sourcesBut(former);
  const follows = (name: Name) => sources[name]?.some(({ port }) => port === tree.servers[former].port);
  for (const name of tree.names.filter(follows)) await tree.servers[name].rootQuery("STOP REPLICA");
  await tree.servers[former].kill();
  primary = moved(await run({ ...tree.request, expectedPrimary: former }));
  await tree.servers[former].restart();
  await takeBack(former);
});

it("collects what only another replica has for the wanted one", async () => {
  const former = primary;
  const [behind = "b", ahead] = tree.names.filter((name) => name !== former);
  await tree.servers[behind].rootQuery("STOP REPLICA IO_THREAD");
  await tree.waitForReplicas(former);
  const writers = await tree.write(2, THINK_MILLISECONDS);
  await sleep(LOAD_MILLISECONDS);
  await tree.servers[former].kill();
  const asking = tree.asking({ to: behind });
  const unreachable = Object.entries(asking.members).map(([name, end]) => {
    const address = name === former ? end.address : { ...end.address, port: 1, retryCount: 1 };
    return [name, { ...end, address }];
  });
  await expect(run({ ...asking, members: Object.fromEntries(unreachable) })).rejects.toThrow("transactions are left");
  const result = await run(asking);
  primary = moved(result);
  expect(primary, `and not ${ahead}`).toBe(behind);
  await tree.waitForReplicas(primary);
  await sleep(LOAD_MILLISECONDS);
  await writers.stop();
  await tree.servers[former].restart();
  await takeBack(former);
  for (const name of tree.names) {
    expect(writers.audit(await tree.ids(name, writers)), name).toEqual({ lost: [], duplicated: [], phantom: [] });
  }
});

it("promotes one whose commits wait for a replica", async () => {
  const former = primary;
  const [candidate = "b"] = tree.names.filter((name) => name !== former);
  await tree.servers[former].kill();
  await tree.waitForReplicas(candidate);
  await refuseEntries(candidate);
  const before = await sourcesBut(former);
  await expect(run(tree.asking({ to: candidate }))).rejects.toThrow("no entry");
  expect(await sourcesBut(former)).toEqual(before);
  await acceptEntries(candidate);
  primary = moved(await run(tree.asking({ to: candidate })));
  await tree.servers[former].restart();
  await takeBack(former);
});

it("replaces a frozen primary, and fences it when it thaws", async () => {
  const former = primary;
  // It would go on waiting for them when it is a replica.
  await tree.waitForReplicas(former);
  const frozen = readProcess(tree.servers[former].directory);
  if (frozen === undefined) throw new Error("a process expected");
  process.kill(frozen.pid, "SIGSTOP");
  try {
    const result = await run();
    primary = moved(result);
    if (result.kind !== "failed over") throw new Error("a report expected");
    const { writableMilliseconds, steps } = result.report;
    const until = steps.findIndex(({ step }) => step === "promote");
    const inSteps = steps.slice(0, until + 1).reduce((sum, { milliseconds }) => sum + milliseconds, 0);
    // Nobody can write, either, while the run waits for a connection to the frozen one.
    const seconds = (writableMilliseconds - inSteps) / 1000;
    expect(seconds).toBeGreaterThanOrEqual(tree.request.limits.connectTimeoutSeconds);
  } finally {
    process.kill(frozen.pid, "SIGCONT");
  }
  await takeBack(former);
});

it("lets a primary win that was opened without one that had taken its role out of sight", async () => {
  const followed = Object.values(await sourcesBut(primary)).flatMap((rows) => rows?.map(({ port }) => port));
  const isLeaf = (name: Name) => name !== primary && !followed.includes(tree.servers[name].port);
  const lost = tree.names.find(isLeaf) ?? "b";
  await tree.servers[primary].rootQuery("SET GLOBAL super_read_only = ON");
  const columns = "number, primary_uuid, previous_uuid, final_gtid_set, event_scheduler, committed_at";
  await tree.servers[lost].rootQuery(
    "STOP REPLICA",
    "RESET REPLICA ALL",
    "SET PERSIST super_read_only = OFF, PERSIST read_only = OFF",
    `INSERT INTO gtid_ferry.switchover (${columns}) SELECT MAX(number) + 1, @@server_uuid, '', '', 'ON', NOW(6)
       FROM gtid_ferry.switchover`,
  );
  await tree.servers[lost].kill();
  expect(reasons(await run())).toEqual([expect.stringContaining(`--without ${lost}`)]);
  expect(await run(tree.asking({ without: [lost] }))).toMatchObject({ kind: "completed", repaired: { failed: [] } });
  expect(await tree.writable()).toEqual([primary]);
  await tree.servers[lost].restart();
  const completed = await run();
  expect(completed).toMatchObject({ kind: "completed", primary, repaired: { failed: [] } });
  expect(divergedIn(completed)).toEqual([expect.stringMatching(`^${lost} .*stays fenced`)]);
  expect(await tree.writable()).toEqual([primary]);
  await unlogged(lost, "DELETE FROM gtid_ferry.switchover ORDER BY number DESC LIMIT 1");
  await tree.repair(lost, primary);
  expect(await run()).toMatchObject({ kind: "completed", repaired: { left: [], failed: [] } });
  await expectWhole();
});

it("gives up a primary that no replica looks for when somebody has fenced it", async () => {
  const [survivor = "b", ...lost] = tree.names.filter((name) => name !== primary);
  await tree.servers[survivor].rootQuery("STOP REPLICA");
  for (const name of [primary, ...lost]) await tree.servers[name].kill();
  const asking = tree.asking({ without: lost });
  const short = { ...asking, limits: { ...asking.limits, confirmTimeoutSeconds: 1 } };
  expect(reasons(await run(short))).toEqual([expect.stringMatching(/no replica's I\/O thread looks.*--fenced/)]);
  primary = moved(await run(tree.asking({ without: lost, fenced: true })));
  expect(await tree.writable()).toEqual([survivor]);
  const [numbers] = await tree.servers[survivor].rootQuery(
    "SELECT number - LAG(number) OVER (ORDER BY number) AS gap FROM gtid_ferry.switchover ORDER BY number DESC LIMIT 1",
  );
  expect(numbers).toEqual({ gap: 1 + lost.length });
});
