import { existsSync } from "node:fs";
import { join } from "node:path";
import { findBackup, takeBackup } from "@gtid-ferry/engine/backup";
import { LocalHost } from "@gtid-ferry/engine/hosts";
import {
  ensureLocalServer,
  ensureRebuilt,
  type LocalServerRequest,
  type LocalServerResult,
  needsRebuild,
  planRebuild,
  removeLocalServer,
} from "@gtid-ferry/engine/local-server";
import { MysqlServer, readServerFacts } from "@gtid-ferry/engine/mysql";
import { silent } from "@gtid-ferry/engine/operation";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { findFreePort } from "../../../../lab/process/index.js";
import { testInstallation } from "../../../../lab/testing.js";
import { BackupLab } from "../../helpers/backup-lab.js";

const host = new LocalHost();
let lab: BackupLab;
let request: LocalServerRequest;
let running: LocalServerResult;
let rebuild: Parameters<typeof ensureRebuilt>[2];

beforeAll(async () => {
  lab = await BackupLab.start("rebuild");
  const backup = lab.backup();
  await lab.source.rootQuery("SET GLOBAL group_concat_max_len = 4711, GLOBAL block_encryption_mode = 'aes-256-cbc'");
  await takeBackup(host, backup, silent);
  request = {
    target: { ...lab.source.options, port: await findFreePort() },
    serverId: 4711,
    mysqld: (await testInstallation()).mysqld,
    bufferPoolMebibytes: 16,
    restore: lab.restore(backup),
    startTimeoutSeconds: 100,
  };
  rebuild = { source: lab.source.options, backup, minimumIntervalSeconds: 3600 };
});
afterAll(async () => {
  await removeLocalServer(host, request, running, silent);
  await lab.stop();
});

const facts = async (which: "source" | "target") =>
  MysqlServer.with(which === "source" ? lab.source.options : request.target, which, readServerFacts);

async function purge(): Promise<void> {
  await lab.source.rootQuery("CREATE SCHEMA later", "DROP SCHEMA later", "FLUSH BINARY LOGS");
  const logs = await lab.source.rootQuery("SHOW BINARY LOGS");
  await lab.source.rootQuery(`PURGE BINARY LOGS TO '${logs.at(-1)?.Log_name}'`);
}

it("gives up at once on a login that the target refuses", async () => {
  const target = { ...request.target, password: "another" };
  // Far longer than this test may take.
  const patient = { ...request, target, source: lab.source.options, startTimeoutSeconds: 3600 };
  await expect(ensureLocalServer(host, patient, undefined, silent)).rejects.toThrow(
    /Access denied for user 'ferry_admin'@'.*'.*; of the accounts that came with the data it takes 'ferry_admin'@'%'/s,
  );
});

// In order: each test starts where the one before ended.
it("a target that needs nothing is only run", async () => {
  const { server, manifestKey } = await ensureRebuilt(host, request, rebuild, undefined, silent);
  running = server;
  expect(manifestKey).toBe(request.restore.manifestKey);
  const settings = "SELECT @@GLOBAL.group_concat_max_len AS length, @@GLOBAL.block_encryption_mode AS mode";
  const row = z.object({ length: z.number(), mode: z.string() });
  expect(await MysqlServer.with(request.target, "target", (target) => target.queryOne(settings, [], row))).toEqual({
    length: 4711,
    mode: "aes-256-cbc",
  });
  expect(await needsRebuild(host, request, rebuild)).toBe(false);
});

it("a restore that fails gives the old data back, running", async () => {
  await purge();
  expect(await needsRebuild(host, request, rebuild)).toBe(true);
  const before = await facts("target");
  const broken = {
    ...request,
    restore: { ...request.restore, tools: { ...request.restore.tools, zstd: "/bin/false" } },
  };
  await expect(ensureRebuilt(host, broken, rebuild, running, silent)).rejects.toThrow(/restore of backup .*-rebuild-/);
  expect(await facts("target")).toMatchObject({ serverUuid: before.serverUuid, gtidExecuted: before.gtidExecuted });
  expect(existsSync(join(request.restore.volumeDirectory, "old"))).toBe(false);
  expect(existsSync(join(request.restore.volumeDirectory, "rebuild.json"))).toBe(false);
});

it("the newest backup that reaches far enough is taken, one that is damaged never", async () => {
  const { serverUuid, gtidPurged } = await facts("source");
  const made = await findBackup(rebuild.backup, serverUuid, gtidPurged);
  expect(made?.backupId).toMatch(/-rebuild-/);
  const newer = lab.backup();
  await takeBackup(host, newer, silent);
  const damaged = lab.backup();
  const { objectKey } = await takeBackup(host, damaged, silent);
  await lab.write(objectKey, "short");
  expect((await findBackup(rebuild.backup, serverUuid, gtidPurged))?.backupId).toBe(newer.backupId);
  await lab.source.rootQuery("CREATE SCHEMA latest");
  expect(await findBackup(rebuild.backup, serverUuid, (await facts("source")).gtidExecuted)).toBeUndefined();
  expect(await findBackup(rebuild.backup, "00000000-0000-0000-0000-000000000000", gtidPurged)).toBeUndefined();

  const lines: string[] = [];
  const { server, manifestKey } = await ensureRebuilt(host, request, rebuild, running, (line) => lines.push(line));
  running = server;
  expect(lines.join("\n")).toContain(`backup ${newer.backupId} of`);
  expect(manifestKey).toContain(`/${newer.backupId}/`);
  expect(existsSync(join(request.restore.volumeDirectory, "old", "data"))).toBe(true);
  expect((await facts("target")).superReadOnly).toBe(true);
  // Whoever still knows the first backup only leaves the data as they are.
  const again = await ensureLocalServer(host, request, running, silent);
  expect(again.serverUuid).toBe(running.serverUuid);
});

it("a target is restored again when asked, without what only it had, but never the primary", async () => {
  const uuid = (await facts("target")).serverUuid;
  await MysqlServer.with(request.target, "target", (target) => target.execute("FLUSH PRIVILEGES"));
  expect((await facts("target")).gtidExecuted).toContain(uuid);
  const always = { ...rebuild, always: true };
  expect(await planRebuild(host, request, always)).toContainEqual(expect.stringContaining("asked for, although"));
  running = (await ensureRebuilt(host, request, always, running, silent)).server;
  expect((await facts("target")).gtidExecuted).not.toContain(uuid);

  await MysqlServer.with(request.target, "target", (target) => target.execute("SET GLOBAL super_read_only = OFF"));
  await expect(ensureRebuilt(host, request, always, running, silent)).rejects.toThrow("it accepts writes");
  await expect(planRebuild(host, request, always)).rejects.toThrow("it accepts writes");
});
