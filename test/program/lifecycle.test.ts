import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { silent } from "@gtid-ferry/engine/operation";
import { reportChannel } from "@gtid-ferry/engine/replication";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runPulumi } from "../../lab/pulumi.js";
import { startTestStack, type TestStack } from "../../lab/test-stack.js";
import { queryTarget } from "../helpers/query-target.js";
import { s3Keys } from "../helpers/s3-keys.js";
import { sourcePicture } from "../helpers/source-picture.js";
import { runPipe } from "./helpers/run-pipe.js";

let stack: TestStack;
let before: Awaited<ReturnType<typeof sourcePicture>>;

beforeAll(async () => {
  stack = await startTestStack("lifecycle");
  await stack.source.rootQuery(
    "CREATE SCHEMA shop",
    "CREATE TABLE shop.item (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(20))",
    "INSERT INTO shop.item (name) VALUES ('before')",
  );
  before = await sourcePicture(stack.source);
});
afterAll(() => stack.stop());

const target = () => ({ ...stack.source.options, port: stack.targetPort });

const onTarget = (sql: string) => queryTarget(stack, sql);

const kinds = async () =>
  (await stack.resources()).map(({ type }) => type.replace("pulumi-nodejs:dynamic/gtid-ferry:", ""));

/** The steps of an update that Pulumi counts, e.g. `["1 updated"]`. */
const changes = (output: string) => output.match(/\d+ (created|updated|replaced|deleted)/g) ?? [];

// One stack's life in order: each test starts where the one before ended.
describe("the program on platform local", () => {
  it("refuses a wrong password in preview, with one clear error and nothing changed", async () => {
    await stack.configure("sourcePassword", "not-the-password");
    const { exitCode, output } = await stack.pulumi("preview");
    expect(exitCode).not.toBe(0);
    expect(output).toContain("ER_ACCESS_DENIED_ERROR");
    expect(output).toContain("check user and password");
    expect(output).not.toContain("not-the-password");
    await stack.configure("sourcePassword", stack.source.options.password);
    expect(await sourcePicture(stack.source)).toEqual(before);
  });

  it("reports all mistakes of the configuration at once", async () => {
    await stack.configure("phase", "cutoff");
    await stack.configure("backupBucket", "Not A Bucket");
    const { exitCode, output } = await stack.pulumi("preview");
    expect(exitCode).not.toBe(0);
    expect(output).toContain("the stack's configuration has 2 mistake(s)");
    expect(output).toContain('gtid-ferry:phase is "cutoff"');
    expect(output).toContain('gtid-ferry:backupBucket is "Not A Bucket"');
    await stack.configure("phase", "replicate");
    await stack.configure("backupBucket", stack.s3.bucket);
  });

  it("shows its plan, statement by statement, and changes nothing in preview", async () => {
    const { exitCode, output } = await stack.pulumi("preview");
    // What is found comes with what will be done about it.
    expect(output).toMatch(/warning +gtid-mode +source 127\.0\.0\.1:\d+ +gtid_mode is OFF/);
    expect(output).toMatch(/0 blockers, \d+ warnings/);
    expect(output).toContain("SET PERSIST gtid_mode = 'OFF_PERMISSIVE'");
    expect(output).toContain(`physical copy by clone, streamed to s3://${stack.s3.bucket}/gtid-ferry/shop/1/`);
    expect(output).toContain(`target 127.0.0.1:${stack.targetPort}: download, verify and restore the backup`);
    expect(output).toContain("START REPLICA FOR CHANNEL 'gtid_ferry'");
    expect(output).not.toContain("undefined");
    expect(output).toContain(
      "IDENTIFIED WITH caching_sha2_password BY '********' REQUIRE SSL PASSWORD EXPIRE NEVER PASSWORD HISTORY 0 PASSWORD REUSE INTERVAL 0 DAY",
    );
    expect(exitCode).toBe(0);
    expect(await sourcePicture(stack.source)).toEqual(before);
  });

  it("stops at phase prepare when asked to", async () => {
    await stack.configure("phase", "prepare");
    await stack.up();
    expect(await kinds()).toEqual(["SourcePreparation"]);
    const { stdout } = await runPipe(stack, "pulumi stack output connections --show-secrets --json");
    expect(Object.keys(JSON.parse(stdout))).toEqual(["source"]);
    expect(await stack.source.rootQuery("SELECT @@gtid_mode AS mode")).toEqual([{ mode: "ON" }]);
  });

  it("replicates: everything from before and after the backup arrives, read-only and on a server of its own", async () => {
    await stack.configure("phase", "replicate");
    await stack.up();
    await stack.source.rootQuery("INSERT INTO shop.item (name) VALUES ('after')");
    await expect
      .poll(() => onTarget("SELECT name FROM shop.item"), { timeout: 20_000 })
      .toEqual([{ name: "before" }, { name: "after" }]);
    expect(
      await onTarget("SELECT @@super_read_only AS fenced, @@event_scheduler AS events, @@skip_replica_start AS waits"),
    ).toEqual([{ fenced: 1, events: "OFF", waits: 1 }]);
    expect(await reportChannel(stack.source.options, target(), "gtid_ferry")).toMatchObject({
      connected: true,
      applying: true,
      errant: "",
    });
    const [{ uuid }] = (await onTarget("SELECT @@server_uuid AS uuid")) as [{ uuid: string }];
    expect(await stack.source.rootQuery("SELECT @@server_uuid AS uuid")).not.toEqual([{ uuid }]);
  });

  it("keeps every secret out of the state's plain text, and each resource small", async () => {
    const file = join(stack.project.backend, ".pulumi", "stacks", "gtid-ferry", `${stack.project.stack}.json`);
    const state = readFileSync(file, "utf8");
    const exported = JSON.parse(
      (await runPulumi(stack.project, ["stack", "export", "--show-secrets"], silent)).output,
    ) as { deployment: { resources: { type: string; outputs?: { replicationPassword?: unknown } }[] } };
    const preparation = exported.deployment.resources.find(({ type }) => type.endsWith("SourcePreparation"));
    const generated = JSON.stringify(preparation?.outputs?.replicationPassword);
    const password = /"plaintext":"\\"(.{32})\\""/.exec(generated)?.[1];
    expect(password).toMatch(/^[\w.+!-]{32}$/);
    expect(state).not.toContain(password);
    expect(state).not.toContain(stack.source.options.password);
    expect(state).not.toContain(stack.s3.secretAccessKey);
    const { output } = await stack.pulumi("stack", "output");
    expect(output).toMatch(/^ *connections +\[secret\]$/m);
    const sizes = (await stack.resources()).map((resource) => ({
      type: resource.type,
      bytes: JSON.stringify(resource).length,
    }));
    expect(sizes.filter(({ bytes }) => bytes > 36_000)).toEqual([]);
  });

  it("changes nothing when run again", async () => {
    expect(changes(await stack.up())).toEqual([]);
  });

  it("refuses another replication account while the channel uses the present one, in preview", async () => {
    await stack.configure("replicationUser", "another_repl");
    const { exitCode, output } = await stack.pulumi("preview");
    expect(exitCode).not.toBe(0);
    expect(output).toContain("changing the replication account failed");
    await stack.configure("replicationUser", "gtid_ferry_repl");
  });

  it("sees drift on refresh, and mends it with the next up", async () => {
    await onTarget("STOP REPLICA FOR CHANNEL 'gtid_ferry'");
    await stack.source.rootQuery("SET PERSIST binlog_expire_logs_seconds = 60");
    await stack.pulumi("refresh", "--yes");
    expect(changes(await stack.up())).toEqual(["2 updated"]);
    expect(await stack.source.rootQuery("SELECT @@binlog_expire_logs_seconds AS seconds")).toEqual([
      { seconds: 604_800 },
    ]);
    expect(await reportChannel(stack.source.options, target(), "gtid_ferry")).toMatchObject({
      connected: true,
      applying: true,
    });
  });

  it("goes back to phase prepare: target, backup and channel go, the source stays prepared", async () => {
    await stack.configure("phase", "prepare");
    await stack.up();
    expect(await kinds()).toEqual(["SourcePreparation"]);
    expect(existsSync(stack.targetDirectory)).toBe(false);
    expect(await s3Keys(stack.s3)).toEqual([]);
    expect(await stack.source.rootQuery("SELECT @@gtid_mode AS mode")).toEqual([{ mode: "ON" }]);
  });

  it("leaves the source as it was when destroyed from phase replicate, after a cutover and a rollback", async () => {
    for (const phase of ["cutover", "replicate"]) {
      await stack.configure("phase", phase);
      await stack.up();
    }
    const { exitCode } = await stack.pulumi("destroy", "--yes");
    expect(exitCode).toBe(0);
    expect(await sourcePicture(stack.source)).toEqual(before);
    expect(existsSync(stack.targetDirectory)).toBe(false);
    expect(await s3Keys(stack.s3)).toEqual([]);
    expect(await stack.resources()).toEqual([]);
  });
});
