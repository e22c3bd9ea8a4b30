import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { reportChannel } from "@gtid-ferry/engine/replication";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { queryAsRoot } from "../../lab/mysqld/index.js";
import { startTestStack, type TestStack } from "../../lab/test-stack.js";
import { queryTarget } from "../helpers/query-target.js";
import { s3Keys } from "../helpers/s3-keys.js";
import { type PipeResult, runPipe } from "./helpers/run-pipe.js";

let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack("cutover");
  await stack.source.rootQuery(
    "CREATE SCHEMA shop",
    "CREATE TABLE shop.item (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(20))",
    "CREATE EVENT shop.tick ON SCHEDULE EVERY 1 HOUR DO DO 1",
    "INSERT INTO shop.item (name) VALUES ('before')",
  );
});
afterAll(() => stack.stop());

const ROLE = "SELECT @@read_only AS readOnly, @@super_read_only AS superReadOnly";
const WRITABLE = [{ readOnly: 0, superReadOnly: 0 }];
const FENCED = [{ readOnly: 1, superReadOnly: 1 }];
const ITEMS = "SELECT name FROM shop.item ORDER BY id";

const onTarget = (sql: string) => queryTarget(stack, sql);
const target = () => ({ ...stack.source.options, port: stack.targetPort });

async function setPhase(phase: string): Promise<void> {
  await stack.configure("phase", phase);
}

async function upTo(phase: string): Promise<string> {
  await setPhase(phase);
  return stack.up();
}

async function outputs(): Promise<Record<string, unknown>> {
  const { output } = await stack.pulumi("stack", "output", "--json");
  return JSON.parse(output);
}

/** What the README tells a user to type. */
function verifyByOutput(): Promise<PipeResult> {
  return runPipe(
    stack,
    "pulumi stack output connections --show-secrets --json | npm run -s ferry -- verify --connections -",
  );
}

const kinds = async () =>
  (await stack.resources()).map(({ type }) => type.replace("pulumi-nodejs:dynamic/gtid-ferry:", ""));

const changes = (output: string) => output.match(/\d+ (created|updated|replaced|deleted)/g) ?? [];

// One stack's life in order: each test starts where the one before ended.
describe("the program from replicate to the end", () => {
  it("refuses a traffic route that cannot be used, in the first preview", async () => {
    const route = {
      kind: "haproxy",
      socket: "/nonexistent/admin.sock",
      frontend: "applications",
      backend: "mysql",
      servers: { source: "source", target: "target" },
    };
    await stack.configure("trafficRoutes", JSON.stringify([route]));
    const { exitCode, output } = await stack.pulumi("preview");
    expect(exitCode).not.toBe(0);
    expect(output).toContain("HAProxy's runtime API at /nonexistent/admin.sock");
    await stack.configure("trafficRoutes", '[{"kind": "pigeon"}]');
    expect((await stack.pulumi("preview")).output).toContain('gtid-ferry:trafficRoutes has at 0.kind "pigeon"');
    await stack.configure("trafficRoutes", "[]");
  });

  it("refuses to finalize before the cutover, in preview, with nothing changed", async () => {
    await stack.up();
    await setPhase("finalize");
    const { exitCode, output } = await stack.pulumi("preview");
    expect(exitCode).not.toBe(0);
    expect(output).toContain("phase finalize gives up the rollback, so it only follows phase cutover");
    expect(await onTarget(ROLE)).toEqual(FENCED);
  });

  it("refuses limits that make no sense, in preview", async () => {
    await setPhase("cutover");
    await stack.configure("switchoverBudgetSeconds", "1");
    const { exitCode, output } = await stack.pulumi("preview");
    expect(exitCode).not.toBe(0);
    expect(output).toContain("budgetSeconds is 1, and must leave room after one attempt");
    await stack.configure("switchoverBudgetSeconds", "10");
  });

  it("previews the switchover statement by statement, and changes nothing", async () => {
    const { exitCode, output } = await stack.pulumi("preview");
    expect(exitCode).toBe(0);
    const source = `source 127.0.0.1:${stack.source.port}`;
    const replica = `target 127.0.0.1:${stack.targetPort}`;
    expect(output).toContain(`switchover: ${replica} becomes the primary instead of ${source}`);
    expect(output).toMatch(/check: \d+ pre-checks: \d+ passed/);
    expect(output).not.toContain("would be refused");
    expect(output).toContain(
      `arm fail-safe: ${source}: SET SESSION lock_wait_timeout = 1; DROP EVENT IF EXISTS gtid_ferry.auto_unfence`,
    );
    expect(output).toContain("SET GLOBAL super_read_only = 1");
    expect(output).toContain("INSERT INTO `gtid_ferry`.`switchover`");
    expect(output).toContain("undo, if anything fails before the commit");
    expect(output).toContain(`after the commit: ${source}: CHANGE REPLICATION SOURCE TO`);
    expect(await stack.source.rootQuery(ROLE)).toEqual(WRITABLE);
    expect(await onTarget(ROLE)).toEqual(FENCED);
  });

  it("refuses to move the role while a single row differs, with everything as it was", async () => {
    const writeOnTarget = (statement: string) =>
      queryAsRoot(
        join(stack.targetDirectory, "run", "mysqld.sock"),
        "SET GLOBAL super_read_only = OFF",
        "SET sql_log_bin = 0",
        statement,
        "SET GLOBAL super_read_only = ON",
      );
    await writeOnTarget("UPDATE shop.item SET name = 'Before'");
    const { exitCode, output } = await stack.pulumi("up", "--yes");
    expect(exitCode).not.toBe(0);
    expect(output).toContain("verifying the data failed");
    expect(output).toContain("shop.item (1): differs");
    expect(await stack.source.rootQuery(ROLE)).toEqual(WRITABLE);
    expect(await onTarget(ROLE)).toEqual(FENCED);
    await writeOnTarget("UPDATE shop.item SET name = 'before'");
  });

  it("cuts over: the target accepts writes, the fenced source follows it, events run on one side only", async () => {
    expect(await upTo("cutover")).toMatch(/OK: 1 row in 1 table and all schema objects, accounts and grants match/);
    expect(await onTarget(ROLE)).toEqual(WRITABLE);
    expect(await stack.source.rootQuery(ROLE)).toEqual(FENCED);
    await onTarget("INSERT INTO shop.item (name) VALUES ('after the cutover')");
    await expect
      .poll(() => stack.source.rootQuery(ITEMS), { timeout: 20_000 })
      .toEqual([{ name: "before" }, { name: "after the cutover" }]);
    expect(await onTarget("SELECT @@event_scheduler AS scheduler")).toEqual([{ scheduler: "ON" }]);
    expect(await stack.source.rootQuery("SELECT @@event_scheduler AS scheduler")).toEqual([{ scheduler: "OFF" }]);
    expect(await outputs()).toMatchObject({
      primary: "target",
      switchovers: 1,
      lastSwitchover: { number: 1, primary: "target", attempts: 1, pauseMilliseconds: expect.any(Number) },
    });
  });

  it("hands both servers to the command line as a secret output, and there the primary comes first", async () => {
    expect(await outputs()).toMatchObject({ connections: "[secret]" });
    const { exitCode, stdout, stderr } = await verifyByOutput();
    expect(stdout).toMatch(/^OK: 2 rows in 1 table and all schema objects, accounts and grants match/);
    expect(stderr).toContain(
      `the target 127.0.0.1:${stack.targetPort} is the primary: comparing from it to the source 127.0.0.1:${stack.source.port}\n`,
    );
    expect(exitCode).toBe(0);
  });

  it("changes nothing when run again", async () => {
    expect(changes(await stack.up())).toEqual([]);
  });

  it("starts the new primary again when it died, and everything goes on", async () => {
    const { pid } = JSON.parse(readFileSync(join(stack.targetDirectory, "run", "process.json"), "utf8"));
    process.kill(pid, "SIGKILL");
    await stack.up();
    expect(await onTarget(ROLE)).toEqual(WRITABLE);
    await onTarget("INSERT INTO shop.item (name) VALUES ('after a restart')");
    await expect.poll(async () => (await stack.source.rootQuery(ITEMS)).length, { timeout: 60_000 }).toBe(3);
  });

  it("refuses to skip the rollback to phase prepare", async () => {
    await setPhase("prepare");
    const { exitCode, output } = await stack.pulumi("up", "--yes");
    expect(exitCode).not.toBe(0);
    expect(output).toContain("go back one phase at a time");
    expect(await onTarget(ROLE)).toEqual(WRITABLE);
    expect(await kinds()).toContain("Switchover");
  });

  it("rolls back by one phase, and forward again, without losing a row", async () => {
    await upTo("replicate");
    expect(await stack.source.rootQuery(ROLE)).toEqual(WRITABLE);
    expect(await onTarget(ROLE)).toEqual(FENCED);
    await stack.source.rootQuery("INSERT INTO shop.item (name) VALUES ('after the rollback')");
    await expect.poll(async () => ((await onTarget(ITEMS)) as unknown[]).length, { timeout: 20_000 }).toBe(4);
    await upTo("cutover");
    expect(await onTarget(ROLE)).toEqual(WRITABLE);
    expect(await outputs()).toMatchObject({ primary: "target", switchovers: 3 });
  });

  it("keeps every secret out of the state's plain text", async () => {
    const file = join(stack.project.backend, ".pulumi", "stacks", "gtid-ferry", `${stack.project.stack}.json`);
    const state = readFileSync(file, "utf8");
    expect(state).not.toContain(stack.source.options.password);
    expect(state).not.toContain(stack.s3.secretAccessKey);
  });

  it("finalizes: reverse replication and the scaffolding go, the source stays fenced, after a restart too", async () => {
    await setPhase("finalize");
    expect((await stack.pulumi("preview")).output).toContain("there is no rollback after it");
    await stack.up();
    expect(await kinds()).toEqual(["LocalServer", "Switchover"]);
    const { stdout } = await runPipe(stack, "pulumi stack output connections --show-secrets --json");
    expect(Object.keys(JSON.parse(stdout))).toEqual(["target"]);
    expect(await s3Keys(stack.s3)).toEqual([]);
    expect(await reportChannel(target(), stack.source.options, "gtid_ferry")).toMatchObject({ connected: false });
    expect(await stack.source.rootQuery("SELECT COUNT(*) AS channels FROM mysql.slave_master_info")).toEqual([
      { channels: 0 },
    ]);
    expect(await onTarget("SELECT COUNT(*) AS accounts FROM mysql.user WHERE User = 'gtid_ferry_repl'")).toEqual([
      { accounts: 0 },
    ]);
    await stack.source.restart();
    expect(await stack.source.rootQuery(ROLE)).toEqual(FENCED);
    expect(await onTarget(ROLE)).toEqual(WRITABLE);
  });

  it("changes nothing when run again, even when the source is gone", async () => {
    await stack.source.kill();
    expect(changes(await stack.up())).toEqual([]);
    await stack.source.restart();
  });

  it("refuses to go back, with an explanation and nothing changed", async () => {
    for (const phase of ["cutover", "replicate", "prepare"]) {
      await setPhase(phase);
      const { exitCode, output } = await stack.pulumi("up", "--yes");
      expect(exitCode).not.toBe(0);
      expect(output).toMatch(/there is no rollback|fenced for good/);
    }
    expect(await onTarget(ROLE)).toEqual(WRITABLE);
    expect(await stack.source.rootQuery(ROLE)).toEqual(FENCED);
    expect(await kinds()).toEqual(["LocalServer", "Switchover"]);
  });

  it("destroys the scaffolding and leaves the new database running, with its data", async () => {
    await setPhase("finalize");
    const { exitCode } = await stack.pulumi("destroy", "--yes");
    expect(exitCode).toBe(0);
    expect(await stack.resources()).toEqual([]);
    expect(existsSync(stack.targetDirectory)).toBe(true);
    await onTarget("INSERT INTO shop.item (name) VALUES ('after all')");
    expect((await onTarget(ITEMS)) as unknown[]).toHaveLength(5);
  });
});
