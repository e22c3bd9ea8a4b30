import { randomInt } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type BackupMethod, type BackupRequest, takeBackup } from "../../../../engine/backup/index.js";
import { LocalHost } from "../../../../engine/hosts/index.js";
import { ensureLocalServer, type LocalServerResult } from "../../../../engine/local-server/index.js";
import { MysqlServer } from "../../../../engine/mysql/index.js";
import { silent } from "../../../../engine/operation/index.js";
import { runPreflight } from "../../../../engine/preflight/index.js";
import { findFreePort } from "../../../../lab/process/index.js";
import { makeTestDirectory, removeTestDirectory, testInstallation } from "../../../../lab/testing.js";
import { BackupLab } from "../../helpers/backup-lab.js";
import { realDataTools } from "../../helpers/double-tools.js";

// What lies where on a source, and what becomes of it on a target. XtraBackup is a contract double, whose data are real.
const host = new LocalHost();
const DATA_FILES = "ibdata1:16M;ibdata2:16M:autoextend";
let outside: string;
let lab: BackupLab;

beforeAll(async () => {
  outside = await makeTestDirectory("outside");
  await mkdir(join(outside, "home"));
  lab = await BackupLab.start("files", { innodb_data_file_path: DATA_FILES, innodb_directories: outside });
});

afterAll(async () => {
  await lab.stop();
  await removeTestDirectory(outside);
});

async function request(method: BackupMethod): Promise<BackupRequest> {
  return lab.backup({ method, ...(method === "clone" ? {} : { tools: await realDataTools(lab) }) });
}

async function findings(method: BackupMethod) {
  const all = await runPreflight({ purpose: "replicate", source: lab.source.options, backupMethod: method });
  return all.filter(({ check }) => check === "tablespace-files" || check === "system-tablespace");
}

const METHODS = ["clone", "xtrabackup"] as const;

describe.each(METHODS)("a source whose files lie in several places, by %s", (method) => {
  it("is refused by preflight and by the backup while a tablespace is outside the data directory", async () => {
    await lab.source.rootQuery(
      "CREATE SCHEMA ext",
      `CREATE TABLE ext.a (id INT PRIMARY KEY) DATA DIRECTORY='${outside}'`,
      `CREATE TABLESPACE ts_out ADD DATAFILE '${outside}/ts_out.ibd'`,
      "CREATE TABLE ext.b (id INT PRIMARY KEY) TABLESPACE ts_out",
    );
    try {
      const names = `ext.a (${outside}/ext/a.ibd), ts_out (${outside}/ts_out.ibd)`;
      expect(await findings(method)).toMatchObject([
        { check: "tablespace-files", severity: "blocker", seen: `2 tablespaces: ${names}` },
        { check: "system-tablespace", severity: "ok", seen: `${DATA_FILES}; the target gets the same setting` },
      ]);
      const refused = await request(method);
      await expect(takeBackup(host, refused, silent)).rejects.toThrow(
        /stage check: a restore would write to paths of the source: ext\/a \(.*\/ext\/a.ibd\), ts_out/,
      );
      expect(await lab.traces(refused)).toEqual([]);
      // The way out that preflight names.
      await lab.source.rootQuery(
        "ALTER TABLE ext.b TABLESPACE innodb_file_per_table",
        "DROP TABLESPACE ts_out",
        "CREATE TABLESPACE moving ADD DATAFILE 'moving.ibd'",
        "ALTER TABLE ext.a TABLESPACE moving",
        "ALTER TABLE ext.a TABLESPACE innodb_file_per_table",
        "DROP TABLESPACE moving",
      );
      expect(await findings(method)).toMatchObject([{ severity: "ok" }, { severity: "ok" }]);
    } finally {
      await lab.source.rootQuery("DROP SCHEMA ext");
    }
  });

  it("is restored with the files of its system tablespace, on which a target starts", async () => {
    const backup = await request(method);
    expect(await takeBackup(host, backup, silent)).toMatchObject({ innodbDataFilePath: DATA_FILES });
    const restore = lab.restore(backup, { tools: backup.tools ?? {}, logBin: "binlog" });
    const port = await findFreePort();
    const target = { ...lab.source.options, port };
    const { mysqld } = await testInstallation();
    const server: LocalServerResult = await ensureLocalServer(
      host,
      { target, serverId: randomInt(1, 2 ** 31), mysqld, bufferPoolMebibytes: 64, restore, startTimeoutSeconds: 60 },
      undefined,
      silent,
    );
    try {
      expect(existsSync(join(server.dataDirectory, "ibdata2"))).toBe(true);
      const sum = "SELECT COUNT(*) AS count, SUM(CRC32(data)) AS sum FROM shop.blobs";
      const rows = (connection: typeof target) =>
        MysqlServer.with(connection, "server", (open) =>
          open.queryOne(sum, [], z.object({ count: z.number(), sum: z.string() })),
        );
      expect(await rows(target)).toEqual(await rows(lab.source.options));
    } finally {
      await host.stop(server.process, 0);
    }
  });
});

describe("a tablespace by an absolute path within the data directory", () => {
  it("is in CLONE's way alone", async () => {
    await lab.source.rootQuery(`CREATE TABLESPACE ts_in ADD DATAFILE '${lab.source.directory}/data/ts_in.ibd'`);
    try {
      expect(await findings("clone")).toMatchObject([{ severity: "blocker" }, { severity: "ok" }]);
      expect(await findings("xtrabackup")).toMatchObject([{ severity: "ok" }, { severity: "ok" }]);
      await expect(takeBackup(host, await request("clone"), silent)).rejects.toThrow("paths of the source: ts_in");
    } finally {
      await lab.source.rootQuery("DROP TABLESPACE ts_in");
    }
  });
});
