import { planReset, resetHistory } from "@gtid-ferry/engine/errant";
import { GtidSet } from "@gtid-ferry/engine/gtid";
import { compareGtidSets, readExecuted, showStatement } from "@gtid-ferry/engine/mysql";
import { type Progress, silent } from "@gtid-ferry/engine/operation";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startWrittenPair, type WrittenPair } from "../../helpers/written-pair.js";

let pair: WrittenPair;
beforeAll(async () => {
  // A server that starts its channels by itself is the harder case.
  pair = await startWrittenPair("reset", { skip_replica_start: "OFF" });
});
afterAll(() => pair?.stop());

/** The statements that planReset announces, without their values. */
const STEPS = [
  "SET PERSIST_ONLY skip_replica_start = ON",
  "STOP REPLICA FOR CHANNEL ''",
  "RESET BINARY LOGS AND GTIDS",
  "SET GLOBAL gtid_purged = ''",
  "RESET PERSIST IF EXISTS skip_replica_start",
  "START REPLICA FOR CHANNEL ''",
];
const withoutValue = (line: string) => line.replace(/'[^']*'$/, "''");

async function plantErrants(): Promise<GtidSet> {
  await pair.target.rootQuery("FLUSH TABLES", "FLUSH STATUS");
  return GtidSet.parse(`${pair.targetUuid}:1-2`);
}

const reset = (errant: GtidSet, progress: Progress = silent) =>
  pair.onTarget((target) => resetHistory(target, { errant }, progress));

/** A run that is killed before the step whose line it is about to print, counted from 1 or by its text. */
async function killedReset(errant: GtidSet, killedAt: number | string): Promise<void> {
  let lines = 0;
  const dying = reset(errant, (line) => {
    lines += 1;
    if (lines === killedAt || (typeof killedAt === "string" && line.includes(killedAt))) throw new Error("killed");
  });
  await expect(dying).rejects.toThrow("killed");
}

const errant = () => pair.onBoth(async (source, target) => (await compareGtidSets(source, target)).errant);
const leftovers = () =>
  pair.target.rootQuery(
    "SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'gtid_ferry' AND TABLE_NAME = 'errant_reset'",
    "SELECT VARIABLE_NAME AS name FROM performance_schema.persisted_variables WHERE VARIABLE_NAME LIKE 'skip%start'",
  );

describe("resetHistory", () => {
  it("takes errant GTIDs out under load, as planned, and does nothing the second time", async () => {
    const gtids = await plantErrants();
    expect(await errant()).toBe(`${pair.targetUuid}:1-2`);
    const plan = await pair.onTarget((target) => planReset(target, { errant: gtids }));
    expect(plan.map((step) => withoutValue(showStatement(step)))).toEqual(STEPS);
    const lines: string[] = [];
    await reset(gtids, (line) => lines.push(line));
    expect(lines.map((line) => withoutValue(line.replace(/^target \S+: /, "")))).toEqual(STEPS);
    expect(await errant()).toBe("");
    const again: string[] = [];
    await reset(gtids, (line) => again.push(line));
    expect(again).toEqual([]);
    expect(await leftovers()).toEqual([]);
  });

  it("is completed by the next run, wherever the first was killed", async () => {
    for (let killedAt = 1; killedAt <= STEPS.length; killedAt += 1) {
      await killedReset(await plantErrants(), killedAt);
      // What it is asked for does not matter: the record says what was begun.
      await reset(GtidSet.empty);
      expect({ killedAt, errant: await errant(), left: await leftovers() }).toEqual({ killedAt, errant: "", left: [] });
    }
  });

  it("is completed after the server was killed with an empty history and flushed since", async () => {
    const gtids = await plantErrants();
    await killedReset(gtids, "gtid_purged");
    await pair.target.kill();
    await pair.target.restart();
    expect(await pair.onTarget(readExecuted)).toBe("");
    await pair.target.rootQuery("SET GLOBAL super_read_only = ON", "FLUSH TABLES");
    expect(await pair.target.rootQuery("SELECT @@skip_replica_start AS skips")).toEqual([{ skips: 1 }]);
    await reset(gtids);
    expect(await errant()).toBe("");
    expect(await leftovers()).toEqual([]);
  });

  it("refuses a replica that others replicate from, and one that accepts writes, and leaves it as it is", async () => {
    const gtids = await plantErrants();
    await pair.target.rootQuery("SET GLOBAL read_only = OFF");
    await expect(reset(gtids)).rejects.toThrow(/accepts writes/);
    await pair.target.rootQuery("SET GLOBAL super_read_only = ON");
    await connectBack();
    await expect(reset(gtids)).rejects.toThrow(/others read its binary logs: repl@/);
    await pair.source.rootQuery(
      "STOP REPLICA FOR CHANNEL 'back'",
      "SET sql_log_bin = 0",
      "RESET REPLICA ALL FOR CHANNEL 'back'",
    );
    expect(await leftovers()).toEqual([]);
    expect(await errant()).toBe(`${pair.targetUuid}:1-2`);
    await expect.poll(dumps, { timeout: 20_000 }).toEqual([]);
    await reset(gtids);
  });

  it("ends at once where the source refuses the receiver, with the history clean, and is completed later", async () => {
    const gtids = await plantErrants();
    const setPassword = (password: string) =>
      pair.source.rootQuery("SET sql_log_bin = 0", `ALTER USER repl@'127.0.0.1' IDENTIFIED BY '${password}'`);
    await setPassword("another");
    // Far longer than this test may take.
    const patient = pair.onTarget((target) => resetHistory(target, { errant: gtids, timeoutSeconds: 3600 }, silent));
    await expect(patient).rejects.toThrow(/starting channel gtid_ferry again[\s\S]*1045/);
    await setPassword(pair.channel.source.address.password);
    await pair.target.rootQuery("STOP REPLICA", "START REPLICA");
    await reset(gtids);
    expect(await errant()).toBe("");
    expect(await leftovers()).toEqual([]);
  });

  it("has lost nothing on the way", () => pair.expectWhole());

  it("refuses to go on where transactions came on top of a wrong history", async () => {
    const gtids = await plantErrants();
    await killedReset(gtids, "gtid_purged");
    await pair.target.rootQuery(`SET GLOBAL gtid_purged = '${pair.sourceUuid}:1-3'`);
    for (let run = 1; run <= 2; run += 1)
      await expect(reset(gtids)).rejects.toThrow(/wanted: the clean set.*do not start/s);
    expect(await pair.onTarget(readExecuted)).toBe(`${pair.sourceUuid}:1-3`);
  });
});

const dumps = () =>
  pair.target.rootQuery("SELECT ID FROM performance_schema.processlist WHERE COMMAND LIKE 'Binlog Dump%'");

/** Lets the source receive from the target, too. */
async function connectBack(): Promise<void> {
  const { host, port, password } = pair.channel.target.address;
  await pair.source.rootQuery(
    `CHANGE REPLICATION SOURCE TO SOURCE_HOST = '${host}', SOURCE_PORT = ${port}, SOURCE_USER = 'repl',
      SOURCE_PASSWORD = '${password}', SOURCE_SSL = 1, SOURCE_AUTO_POSITION = 1 FOR CHANNEL 'back'`,
    "START REPLICA IO_THREAD FOR CHANNEL 'back'",
  );
  await expect.poll(dumps, { timeout: 20_000 }).toHaveLength(1);
}
