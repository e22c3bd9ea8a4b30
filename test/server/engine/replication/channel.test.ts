import { setTimeout as sleep } from "node:timers/promises";
import { silent } from "@gtid-ferry/engine/operation";
import {
  type ChannelRequest,
  ensureChannel,
  readChannelResult,
  removeChannel,
  reportChannel,
} from "@gtid-ferry/engine/replication";
import { SIDES } from "@gtid-ferry/engine/topology";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makePrimary } from "../../helpers/make-primary.js";
import { type Pair, startPair } from "../../helpers/pair.js";
import { startSilentServer } from "../../helpers/silent-server.js";

let pair: Pair;

beforeEach(async () => {
  pair = await startPair("channel");
  await pair.source.rootQuery("CREATE SCHEMA shop", "CREATE TABLE shop.item (id INT PRIMARY KEY, name VARCHAR(20))");
});
afterEach(() => pair.stop());

async function linesOf(work: (progress: (line: string) => void) => Promise<unknown>): Promise<string[]> {
  const lines: string[] = [];
  await work((line) => lines.push(line));
  return lines;
}

async function caughtUp(): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const { missing } = await reportChannel(pair.source.options, pair.target.options, pair.channel.channel);
    if (missing === "") return;
    await sleep(100);
  }
  throw new Error("the target never caught up");
}

describe("ensureChannel", () => {
  it("starts a channel that applies, shows no secret, and does nothing the second time", async () => {
    const first = await linesOf((progress) => ensureChannel(pair.channel, progress));
    expect(first.join("\n")).toContain("SOURCE_PASSWORD = '********'");
    expect(first.join("\n")).not.toContain(pair.channel.source.address.password);
    await pair.source.rootQuery("INSERT INTO shop.item VALUES (1, 'one')");
    await caughtUp();
    expect(await pair.target.rootQuery("SELECT name FROM shop.item")).toEqual([{ name: "one" }]);
    expect(await reportChannel(pair.source.options, pair.target.options, "gtid_ferry")).toMatchObject({
      connected: true,
      applying: true,
      missing: "",
      errant: "",
      seconds: 0,
    });
    const second = await linesOf((progress) => ensureChannel(pair.channel, progress));
    expect(second.filter((line) => /CHANGE|START|STOP/.test(line))).toEqual([]);
  });

  it("takes a rotated password without losing its place", async () => {
    await ensureChannel(pair.channel, silent);
    await pair.source.rootQuery("ALTER USER repl@'127.0.0.1' IDENTIFIED BY 'rotated'");
    const rotated = withPassword("rotated");
    const lines = await linesOf((progress) => ensureChannel(rotated, progress));
    expect(lines.filter((line) => /STOP|CHANGE|START/.test(line))).toHaveLength(3);
    await pair.source.rootQuery("INSERT INTO shop.item VALUES (2, 'two')");
    await caughtUp();
  });

  it("gives up at once on a wrong password, without showing it", async () => {
    const wrong = withPassword("not-the-password");
    const failure = await ensureChannel(wrong, silent).catch((error: unknown) => error);
    expect(String(failure)).toContain("1045");
    expect(String(failure)).toMatch(/source 127\S+ takes 'repl'@'127\.0\.0\.1' for this login\n/);
    expect(String(failure)).not.toContain("not-the-password");
    expect(failure).toMatchObject({ partial: { running: false } });
  });

  it("gives up at once on an init_connect that the replication account may not run, and says so", async () => {
    await pair.source.rootQuery(
      "CREATE TABLE shop.logins (name VARCHAR(100))",
      "SET GLOBAL init_connect = 'INSERT INTO shop.logins VALUES (CURRENT_USER())'",
    );
    // Far longer than this test may take.
    const patient = { ...pair.channel, startTimeoutSeconds: 3600 };
    const failure = await ensureChannel(patient, silent).catch((error: unknown) => error);
    expect(String(failure)).toMatch(
      /ends the connections of repl: init_connect command failed; .*INSERT command denied/,
    );
    await pair.source.rootQuery("GRANT INSERT ON shop.logins TO repl@'127.0.0.1'");
    await ensureChannel(pair.channel, silent);
  });

  it("says what setting keeps the applier from starting, and not to restore the target for it", async () => {
    await pair.target.rootQuery("SET GLOBAL transaction_read_only = ON");
    const failure = await ensureChannel(pair.channel, silent).catch((error: unknown) => error);
    expect(String(failure)).toContain("applier OFF (13117");
    expect(String(failure)).toContain("SET PERSIST transaction_read_only = OFF; then run again");
    expect(String(failure)).not.toContain("from a new backup");
    await pair.target.rootQuery("SET GLOBAL transaction_read_only = OFF");
    await ensureChannel(pair.channel, silent);
  });

  it.each([
    ["ON", "OFF"],
    ["OFF", "ON"],
  ])("replicates tables without a key, generated ones %s on the source and %s on the target", async (here, there) => {
    await pair.target.rootQuery(`SET GLOBAL sql_generate_invisible_primary_key = ${there}`);
    await ensureChannel(pair.channel, silent);
    await pair.source.rootQuery(
      `SET SESSION sql_generate_invisible_primary_key = ${here}`,
      "CREATE TABLE shop.keyless (a INT)",
      "INSERT INTO shop.keyless VALUES (1), (2)",
      "CREATE TABLE shop.selected AS SELECT a FROM shop.keyless",
      "UPDATE shop.keyless SET a = 3 WHERE a = 2",
    );
    await caughtUp();
    const columns =
      "SELECT TABLE_NAME AS t, COLUMN_NAME AS c FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = 'shop' ORDER BY 1, ORDINAL_POSITION";
    expect(await pair.target.rootQuery(columns)).toEqual(await pair.source.rootQuery(columns));
    expect(await pair.target.rootQuery("SELECT a FROM shop.keyless ORDER BY a")).toEqual([{ a: 1 }, { a: 3 }]);
  });

  it("refuses to start when the source has purged what the target lacks, naming the set", async () => {
    await pair.source.rootQuery("FLUSH BINARY LOGS");
    const [log] = await pair.source.rootQuery("SHOW BINARY LOG STATUS");
    await pair.source.rootQuery(`PURGE BINARY LOGS TO '${String(log?.File)}'`);
    const [uuid] = await pair.source.rootQuery("SELECT @@server_uuid AS value");
    await expect(ensureChannel(pair.channel, silent)).rejects.toThrow(
      `the source has purged binary logs with ${String(uuid?.value)}:1-2, which the replica lacks`,
    );
    expect(await readChannelResult({ ...pair.channel, ...noResult }, silent)).toBeUndefined();
  });

  it("refuses a target with an errant transaction, naming it", async () => {
    await pair.target.rootQuery(
      "SET GLOBAL super_read_only = OFF",
      "CREATE SCHEMA stray",
      "SET GLOBAL super_read_only = ON",
    );
    const [uuid] = await pair.target.rootQuery("SELECT @@server_uuid AS value");
    await expect(ensureChannel(pair.channel, silent)).rejects.toThrow(
      `the replica has errant transactions ${String(uuid?.value)}:1`,
    );
  });

  it("refuses a target that accepts writes, one with another channel, and one that lost its restored set, all at once", async () => {
    await pair.target.rootQuery(
      "SET GLOBAL super_read_only = OFF",
      "CHANGE REPLICATION SOURCE TO SOURCE_HOST = '127.0.0.1', SOURCE_AUTO_POSITION = 1 FOR CHANNEL 'foreign'",
    );
    const restoredGtidSet = "11111111-2222-3333-4444-555555555555:1-7";
    const refusal = ensureChannel({ ...pair.channel, restoredGtidSet }, silent);
    await expect(refusal).rejects.toThrow(/accepts writes.*other channels: "foreign".*has lost 1{8}-.*:1-7/s);
  });

  it("names the conflict that stops the applier", async () => {
    await ensureChannel(pair.channel, silent);
    await caughtUp();
    await pair.target.rootQuery(
      "SET GLOBAL super_read_only = OFF",
      "SET sql_log_bin = 0",
      "INSERT INTO shop.item VALUES (7, 'only here')",
      "SET GLOBAL super_read_only = ON",
    );
    await pair.source.rootQuery("INSERT INTO shop.item VALUES (7, 'conflict')");
    for (let attempt = 0; attempt < 100; attempt += 1) {
      const result = await readChannelResult({ ...pair.channel, ...noResult }, silent);
      if (result?.running === false) break;
      await sleep(100);
    }
    await expect(ensureChannel(pair.channel, silent)).rejects.toThrow(/1062.*shop\.item.*do not skip the transaction/s);
  });

  it("comes back after the target was killed, and a dead target has a channel that does not run", async () => {
    const result = await ensureChannel(pair.channel, silent);
    await pair.target.kill();
    expect(await readChannelResult({ ...pair.channel, ...result }, silent)).toMatchObject({ running: false });
    await pair.source.rootQuery("INSERT INTO shop.item VALUES (3, 'while it was down')");
    await pair.target.restart();
    expect(await readChannelResult({ ...pair.channel, ...result }, silent)).toMatchObject({ running: false });
    await ensureChannel(pair.channel, silent);
    await caughtUp();
  });
});

describe("a source that does not answer", () => {
  it("is an error as long as it may be the primary, and left as it is once the target is", async () => {
    await ensureChannel(pair.channel, silent);
    const nothing = await startSilentServer();
    const source = { ...pair.channel.source, connection: nothing.reachedBy(pair.source.options) };
    const read = () => readChannelResult({ ...pair.channel, source, ...noResult }, silent);
    const remove = () =>
      linesOf((progress) => removeChannel({ source, target: pair.channel.target }, SIDES, "gtid_ferry", progress));
    await expect(read()).rejects.toThrow("ETIMEDOUT");
    await expect(remove()).rejects.toThrow("ETIMEDOUT");
    await makePrimary(pair.target);
    expect(await read()).toEqual({ ...noResult });
    const lines = await remove();
    expect(lines[0]).toMatch(/^connecting as .* ETIMEDOUT.*; the primary is another, so this one is left as it is/);
    expect(lines.join("\n")).toContain("RESET REPLICA ALL FOR CHANNEL 'gtid_ferry'");
    await nothing.stop();
  });
});

describe("removeChannel", () => {
  const remove = () => {
    const { source, target, channel } = pair.channel;
    return removeChannel({ source, target }, ["source", "target"], channel, silent);
  };

  it("forgets this channel only, is repeatable, and content when nobody serves the target", async () => {
    await ensureChannel(pair.channel, silent);
    await remove();
    await remove();
    expect(await readChannelResult({ ...pair.channel, ...noResult }, silent)).toBeUndefined();
    await pair.target.kill();
    await remove();
  });

  it("leaves no replica listed on the source, which would notice only when it has something to send", async () => {
    const { source } = pair.channel;
    const address = { ...source.address, heartbeatSeconds: 3600 };
    await ensureChannel({ ...pair.channel, source: { ...source, address } }, silent);
    expect(await pair.source.rootQuery("SHOW REPLICAS")).toHaveLength(1);
    await remove();
    await expect.poll(() => pair.source.rootQuery("SHOW REPLICAS"), { timeout: 10_000 }).toEqual([]);
  });

  it("is content where its login may not end the connection by which the replica reads, and says so", async () => {
    await ensureChannel(pair.channel, silent);
    await pair.source.rootQuery(
      "CREATE USER modest@'%' IDENTIFIED BY 'a password for the lab'",
      "GRANT SELECT ON *.* TO modest@'%'",
    );
    const modest = { ...pair.source.options, user: "modest", password: "a password for the lab" };
    const lines = await linesOf((progress) =>
      removeChannel({ source: { connection: modest }, target: pair.channel.target }, SIDES, "gtid_ferry", progress),
    );
    expect(lines.at(-1)).toMatch(/^source \S+: goes on listing the replica until it has something to send: .*owner of/);
    expect(await readChannelResult({ ...pair.channel, ...noResult }, silent)).toBeUndefined();
  });
});

function withPassword(password: string): ChannelRequest {
  const { source } = pair.channel;
  return { ...pair.channel, source: { ...source, address: { ...source.address, password } } };
}

const noResult = { primary: "source", sourceUuid: "", targetUuid: "", running: false, errant: "" } as const;
