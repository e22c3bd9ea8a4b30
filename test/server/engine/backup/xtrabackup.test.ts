import { readdir, readFile, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type BackupRequest, removeBackup, restoreBackup, takeBackup } from "../../../../engine/backup/index.js";
import { LocalHost } from "../../../../engine/hosts/index.js";
import { messageOf, silent } from "../../../../engine/operation/index.js";
import { BackupLab } from "../../helpers/backup-lab.js";

// The tool itself is a contract double (test/doubles); server, S3, AWS CLI and scripts are real.
const host = new LocalHost();
const doubles = resolve("test/doubles");
const otherUuid = "9a4f7b10-0000-4000-8000-000000000001";
let lab: BackupLab;
let uuid: string;
let record: string;

beforeAll(async () => {
  lab = await BackupLab.start("xtrabackup");
  const [row] = await lab.source.rootQuery("SELECT @@server_uuid AS uuid");
  uuid = String(row?.uuid);
  record = join(lab.directory, "record");
});

beforeEach(async () => {
  await rm(record, { recursive: true, force: true });
});

afterAll(async () => {
  await lab.stop();
});

async function tools(fault = "", version = "9.7.2-2") {
  const environment = `export DOUBLE_RECORD=${record} DOUBLE_UUID=${uuid} DOUBLE_FAULT=${fault} DOUBLE_VERSION=${version}`;
  return {
    xtrabackup: await lab.tool(`xtrabackup-${fault}`, `${environment}\nexec ${doubles}/xtrabackup "$@"`),
    xbstream: await lab.tool("xbstream", `${environment}\nexec ${doubles}/xbstream "$@"`),
  };
}

async function backup(fault = "", version?: string): Promise<BackupRequest> {
  return lab.backup({ method: "xtrabackup", tools: await tools(fault, version) });
}

async function calls(): Promise<string[]> {
  return (await readFile(join(record, "argv"), "utf8")).trimEnd().split("\n");
}

describe("a backup by XtraBackup", () => {
  it("calls the tool as documented, takes the whole GTID set, and is prepared and moved in place at restore", async () => {
    const request = await backup();
    const manifest = await takeBackup(host, request, silent);
    expect(manifest).toMatchObject({
      method: "xtrabackup",
      archive: "xbstream",
      toolVersion: "xtrabackup 9.7.2-2",
      serverUuid: uuid,
      gtidSet: `${uuid}:1-16,${otherUuid}:1-3:tag:1-2`,
    });
    const job = join(lab.workDirectory, `backup-${request.backupId}`);
    expect(await calls()).toEqual([
      `--defaults-extra-file=${job}/client.cnf --backup --stream=xbstream --parallel=2 --target-dir=${job}/work/target ` +
        `--extra-lsndir=${job}/work/lsn --no-version-check --check-privileges`,
    ]);
    expect(await readFile(join(record, "option-file"), "utf8")).toContain(`user="${lab.source.options.user}"`);
    const given = `${await calls()} ${await readFile(join(record, "environment.backup"), "utf8")}`;
    expect(given).not.toContain(lab.source.options.password);

    const restore = lab.restore(request, { tools: await tools(), prepareMemory: "512M", logBin: "target-bin" });
    const { dataDirectory, restored } = await restoreBackup(host, restore, silent);
    expect(restored).toBe(true);
    const scratch = join(restore.volumeDirectory, ".restore", `scratch-${request.backupId}`);
    expect((await calls()).slice(1)).toEqual([
      `xbstream --extract --directory=${scratch}/extract --parallel=2`,
      `--no-defaults --prepare --use-memory=512M --target-dir=${scratch}/extract`,
      `--no-defaults --move-back --datadir=${scratch}/data --log-bin=target-bin --target-dir=${scratch}/extract`,
    ]);
    expect((await readdir(dataDirectory)).sort()).toEqual(
      ["ibdata1", "mysql.ibd", "shop", "target-bin.000007", "target-bin.index", "xtrabackup_info"].sort(),
    );
    expect(await readdir(join(restore.volumeDirectory, ".restore"))).toEqual([`${request.backupId}.done`]);
  });

  it.each([
    ["exit-after-bytes", "stage stream: xtrabackup ended with exit code 1 in the pipe: ", "log block numbers mismatch"],
    ["no-completed-ok", 'stage stream: xtrabackup ended with exit code 0 but not with "completed OK!"', "was copied."],
    ["killed", "stage stream: xtrabackup was killed by SIGKILL in the pipe: ", "Streaming ./ibdata1"],
    [
      "missing-privilege",
      "missing required privilege LOCK TABLES on *.*",
      "next:   grant the missing privileges: BACKUP_ADMIN",
    ],
    ["no-info", "xtrabackup left no xtrabackup_info", "next: "],
  ])("%s: nothing is published and nothing is left", async (fault, ...expected) => {
    const request = await backup(fault);
    const message = await takeBackup(host, request, silent).then(() => "no failure", messageOf);
    for (const text of expected) expect(message).toContain(text);
    expect(await lab.traces(request)).toEqual([]);
  });

  it.each(["8.4.0-6", "8.0.35-34"])("%s is refused for a 9.7 server before it reads anything", async (version) => {
    const request = await backup("", version);
    await expect(takeBackup(host, request, silent)).rejects.toThrow(
      /XtraBackup 8\.\d cannot copy MySQL 9\.7\..*next: +percona-release enable pxb-97-lts release; .*percona-xtrabackup-97/s,
    );
    expect(await lab.traces(request)).toEqual([]);
  });
});

describe("a backup by XtraBackup from a container image, by a double of docker", () => {
  async function request(fault = ""): Promise<BackupRequest> {
    const environment = `export DOUBLE_RECORD=${record} DOUBLE_UUID=${uuid} DOUBLE_FAULT=${fault}`;
    const program = await lab.tool(`docker-${fault}`, `${environment}\nexec ${doubles}/docker "$@"`);
    return lab.backup({ method: "xtrabackup", container: { program } });
  }

  async function dockerCalls(): Promise<string[]> {
    return (await readFile(join(record, "docker-argv"), "utf8")).trimEnd().split("\n");
  }

  it("mounts the data read-only, shows no secret, and calls the tool as if it were installed", async () => {
    const backup = await request();
    expect(await takeBackup(host, backup, silent)).toMatchObject({
      toolVersion: "xtrabackup 9.7.2-2",
      serverUuid: uuid,
    });
    const job = join(lab.workDirectory, `backup-${backup.backupId}`);
    const run = (await dockerCalls()).find((call) => call.includes(" --backup "));
    const data = `${lab.source.directory}/data`;
    expect(run).toMatch(
      new RegExp(`^run --rm --name gtid-ferry-shop-${backup.backupId} --network host --log-driver none `),
    );
    expect(run).toContain(` --mount type=bind,source=${job},target=${job} `);
    expect(run).toContain(` --mount type=bind,source=${data},target=${data},readonly `);
    expect(run).toContain(
      ` --entrypoint xtrabackup percona/percona-xtrabackup:9.7.1-rc1.1 --defaults-extra-file=${job}/client.cnf --backup `,
    );
    expect((await dockerCalls()).join("\n")).not.toContain(lab.source.options.password);
  });

  it("says why containers cannot be run", async () => {
    await expect(takeBackup(host, await request("no-daemon"), silent)).rejects.toThrow(
      /docker-no-daemon cannot be used by .*: Cannot connect to the Docker daemon/,
    );
  });

  it("removes the container of a backup that fails", async () => {
    const backup = await request();
    const stuck = await lab.awsThat("stuck", "sleep 0.3; exit 1");
    await expect(takeBackup(host, { ...backup, tools: { ...backup.tools, aws: stuck } }, silent)).rejects.toThrow(
      "upload",
    );
    expect((await dockerCalls()).at(-1)).toBe(`rm --force gtid-ferry-shop-${backup.backupId}`);
    expect(await readdir(record)).not.toContain(`container-gtid-ferry-shop-${backup.backupId}`);
    expect(await lab.traces(backup)).toEqual([]);
  });
});

describe("the restore of a backup by XtraBackup", () => {
  let request: BackupRequest;

  beforeAll(async () => {
    request = await backup();
    await takeBackup(host, request, silent);
  });

  it.each([
    ["prepare-fails", "stage prepare: xtrabackup --prepare ended with exit code 1: ", "Unable to open redo log files"],
    ["prepare-not-ok", "stage prepare: xtrabackup --prepare ended with exit code 0: ", "cd to "],
    ["move-back-fails", "stage prepare: xtrabackup --move-back ended with exit code 1: ", "No space left on device"],
  ])("%s: no data directory, no scratch", async (fault, ...expected) => {
    const restore = lab.restore(request, { tools: await tools(fault), volumeDirectory: join(lab.directory, fault) });
    const message = await restoreBackup(host, restore, silent).then(() => "no failure", messageOf);
    for (const text of expected) expect(message).toContain(text);
    expect(await readdir(restore.volumeDirectory)).toEqual([".restore"]);
    expect(await readdir(join(restore.volumeDirectory, ".restore"))).toEqual([]);
  });

  it("refuses files that the tool would skip without a word", async () => {
    const packed = await backup("packed-files");
    await takeBackup(host, packed, silent);
    const restore = lab.restore(packed, { tools: await tools() });
    await expect(restoreBackup(host, restore, silent)).rejects.toThrow(
      "orders.ibd.zst is still compressed or encrypted",
    );
    expect(await readdir(restore.volumeDirectory)).toEqual([".restore"]);
    await removeBackup(host, packed, silent);
  });

  it("refuses an XtraBackup of another series", async () => {
    const restore = lab.restore(request, {
      tools: await tools("", "8.4.0-6"),
      volumeDirectory: join(lab.directory, "84"),
    });
    await expect(restoreBackup(host, restore, silent)).rejects.toThrow("the backup was made by xtrabackup 9.7.2-2");
  });
});
