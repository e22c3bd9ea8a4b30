import { existsSync } from "node:fs";
import { join } from "node:path";
import { MysqlServer } from "@gtid-ferry/engine/mysql";
import { silent } from "@gtid-ferry/engine/operation";
import { reportChannel } from "@gtid-ferry/engine/replication";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ensureStack } from "../../lab/pulumi.js";
import { startTestStack, type TestStack } from "../../lab/test-stack.js";
import { paths } from "../../toolchain/paths.js";
import { queryTarget } from "../helpers/query-target.js";
import { s3Keys } from "../helpers/s3-keys.js";
import { endLeftBehind, killUp } from "./helpers/interrupt.js";
import { runPipe } from "./helpers/run-pipe.js";

let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack("rebuild");
  await stack.source.rootQuery(
    "CREATE SCHEMA shop",
    "CREATE TABLE shop.item (id INT AUTO_INCREMENT PRIMARY KEY, payload VARBINARY(1024))",
    "INSERT INTO shop.item (payload) VALUES (RANDOM_BYTES(1024))",
    ...Array.from({ length: 14 }, () => "INSERT INTO shop.item (payload) SELECT RANDOM_BYTES(1024) FROM shop.item"),
  );
  await stack.up();
});
afterAll(async () => {
  endLeftBehind();
  await stack.stop();
});

const COUNT = "SELECT COUNT(*) AS items, BIT_XOR(CRC32(payload)) AS payloads FROM shop.item";
const oldData = () => join(stack.targetDirectory, "old");

/** The target misses what the source then writes, and throws away. */
async function purge(): Promise<void> {
  await queryTarget(stack, "STOP REPLICA FOR CHANNEL 'gtid_ferry'");
  await stack.source.rootQuery("INSERT INTO shop.item (payload) SELECT RANDOM_BYTES(1024) FROM shop.item LIMIT 100");
  await stack.source.rootQuery("FLUSH BINARY LOGS");
  const logs = await stack.source.rootQuery("SHOW BINARY LOGS");
  await stack.source.rootQuery(`PURGE BINARY LOGS TO '${logs.at(-1)?.Log_name}'`);
}

async function expectSameAgain(): Promise<void> {
  const target = { ...stack.source.options, port: stack.targetPort };
  await expect
    .poll(() => reportChannel(stack.source.options, target, "gtid_ferry"), { timeout: 30_000 })
    .toMatchObject({ connected: true, applying: true, missing: "", errant: "" });
  expect(await queryTarget(stack, COUNT)).toEqual(await stack.source.rootQuery(COUNT));
}

// One stack's life in order: each test starts where the one before ended.
describe("a target with an errant transaction", () => {
  it("is left alone by default, with an error that names it", async () => {
    await queryTarget(stack, "FLUSH PRIVILEGES");
    const { exitCode, output } = await stack.pulumi("up", "--yes");
    expect(exitCode).not.toBe(0);
    expect(output).toMatch(/errant transactions [0-9a-f-]{36}:1\b/);
    expect(output).toContain("`ferry errants repair`");
  });

  it("is repaired when that is declared and leaves no different data", async () => {
    await stack.configure("errantTransactions", "inject-empty");
    expect(await stack.up()).toMatch(/errant transactions [0-9a-f-]{36}:1: inject-empty/);
    await expectSameAgain();
    expect(await stack.up()).not.toMatch(/\d+ (created|updated|replaced|deleted)/);
  });
});

describe("a target whose source has purged what it needs", () => {
  it("is left alone by default, with an error that names what is missing and what to do", async () => {
    await purge();
    const { exitCode, output } = await stack.pulumi("up", "--yes");
    expect(exitCode).not.toBe(0);
    expect(output).toMatch(/the source has purged binary logs with [0-9a-f-]{36}:\d/);
    expect(output).toContain("set gtid-ferry:rebuildOnPurged to true and run `pulumi up`");
    expect(existsSync(oldData())).toBe(false);
  });

  it("is told by ferry rebuild what would be done", async () => {
    const ferry = `node ${join(paths.projectRoot, "engine/dist/cli/main.js")}`;
    const line = `pulumi stack output rebuild --show-secrets --json | ${ferry} rebuild --request - --plan`;
    const { exitCode, stdout } = await runPipe(stack, line);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: expect.stringContaining("take a new backup") });
    expect(stdout).toMatch(/lacks [0-9a-f-]{36}:\d/);
  });

  it("is restored from a new backup when that is allowed, although the run is killed in the middle", async () => {
    await stack.configure("rebuildOnPurged", "true");
    await killUp(stack, /restore of backup 1-rebuild-/, "cli");
    await ensureStack(stack.project, silent);
    await stack.up();
    await expectSameAgain();
    expect(existsSync(oldData())).toBe(true);
  });

  it("loses its old data once it has caught up, and then nothing changes", async () => {
    expect(await stack.up()).toContain("the rebuilt target has caught up; removing the old data");
    expect(existsSync(oldData())).toBe(false);
    expect(await stack.up()).not.toMatch(/\d+ (created|updated|replaced|deleted)/);
    await expectSameAgain();
  });

  it("is not rebuilt twice within the declared time", async () => {
    await purge();
    const { exitCode, output } = await stack.pulumi("up", "--yes");
    expect(exitCode).not.toBe(0);
    expect(output).toMatch(/was rebuilt \d+ s ago/);
    await stack.configure("rebuildMinimumIntervalSeconds", "1");
    await stack.up();
    await expectSameAgain();
  });

  it("is still looked at when the administrator's password has been changed", async () => {
    const changed = { ...stack.source.options, port: stack.targetPort, password: "gtid-ferry-lab-changed" };
    await stack.source.rootQuery(`ALTER USER ${changed.user} IDENTIFIED BY '${changed.password}'`);
    const logIn = () => MysqlServer.with(changed, "target", (target) => target.execute("DO 1"));
    await expect.poll(logIn, { timeout: 20_000 }).toBeUndefined();
    await stack.configure("sourcePassword", changed.password);
    await stack.up();
  });

  it("leaves no backup behind", async () => {
    expect((await s3Keys(stack.s3)).filter((key) => key.includes("rebuild"))).not.toEqual([]);
    expect((await stack.pulumi("destroy", "--yes")).exitCode).toBe(0);
    expect(await s3Keys(stack.s3)).toEqual([]);
    expect(existsSync(stack.targetDirectory)).toBe(false);
  });
});
