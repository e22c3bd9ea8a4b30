import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type BackupRequest, removeBackup, restoreBackup, takeBackup } from "../../../../engine/backup/index.js";
import { LocalHost } from "../../../../engine/hosts/index.js";
import { messageOf, silent } from "../../../../engine/operation/index.js";
import { grantFor, PRIVILEGE_NEEDS } from "../../../../engine/preflight/privilege-needs.js";
import { testInstallation } from "../../../../lab/testing.js";
import { encodeLoginFile } from "../../../doubles/mysys/login-file.js";
import { doubleCommand } from "../../../helpers/double-command.js";
import { BackupLab } from "../../helpers/backup-lab.js";
import { doubleTools } from "../../helpers/double-tools.js";

// The tool itself is a contract double (test/doubles, test/contracts); server, S3, AWS CLI and scripts are real.
const host = new LocalHost();
const otherUuid = "9a4f7b10-0000-4000-8000-000000000001";
let lab: BackupLab;
let uuid: string;
let record: string;
let mysql: string;

beforeAll(async () => {
  lab = await BackupLab.start("xtrabackup");
  mysql = (await testInstallation()).mysql;
  const [row] = await lab.source.rootQuery(
    `SET GLOBAL gtid_purged = '+${otherUuid}:1-3:tag:1-2'`,
    "SELECT @@server_uuid AS uuid",
  );
  uuid = String(row?.uuid);
  record = join(lab.directory, "record");
});

beforeEach(async () => {
  await rm(record, { recursive: true, force: true });
});

afterAll(async () => {
  await lab.stop();
});

function tools(fault = "", version = "9.7.2-2") {
  return doubleTools(lab, { DOUBLE_RECORD: record, DOUBLE_FAULT: fault, DOUBLE_VERSION: version });
}

/** What the source has executed, in one line. */
async function executed(): Promise<string> {
  const [row] = await lab.source.rootQuery("SELECT REPLACE(@@GLOBAL.gtid_executed, CHAR(10), '') AS gtids");
  return String(row?.gtids);
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
      gtidSet: await executed(),
    });
    expect(manifest.gtidSet).toContain(`${otherUuid}:1-3:tag:1-2`);
    const job = join(lab.workDirectory, `backup-${request.backupId}`);
    expect(await calls()).toEqual([
      `--defaults-file=${job}/client.cnf --backup --stream=xbstream --parallel=2 --target-dir=${job}/work/target ` +
        `--extra-lsndir=${job}/work/lsn --no-version-check`,
    ]);
    expect(await readFile(join(record, "option-file"), "utf8")).toContain(`user="${lab.source.options.user}"`);
    const given = `${await calls()} ${await readFile(join(record, "environment.backup"), "utf8")}`;
    expect(given).not.toContain(lab.source.options.password);

    const restore = lab.restore(request, { tools: await tools(), prepareMemory: "512M", logBin: "target-bin" });
    const { dataDirectory, restored } = await restoreBackup(host, restore, silent);
    for (const mode of ["backup", "prepare", "move-back"]) {
      expect(await readFile(join(record, `environment.${mode}`), "utf8")).not.toContain(lab.s3.secretAccessKey);
    }
    expect(restored).toBe(true);
    const scratch = join(restore.volumeDirectory, ".restore", `scratch-${request.backupId}`);
    expect((await calls()).slice(1)).toEqual([
      `xbstream --extract --directory=${scratch}/extract --parallel=2`,
      `--no-defaults --prepare --use-memory=512M --target-dir=${scratch}/extract`,
      `--no-defaults --move-back --datadir=${scratch}/data --log-bin=target-bin --innodb-data-file-path=ibdata1:12M:autoextend --target-dir=${scratch}/extract`,
    ]);
    expect((await readdir(dataDirectory)).filter((name) => !/^target-bin\.\d+$/.test(name)).sort()).toEqual(
      ["ibdata1", "mysql.ibd", "shop", "target-bin.index", "undo_001", "undo_002", "xtrabackup_info"].sort(),
    );
    expect(await readdir(join(restore.volumeDirectory, ".restore"))).toEqual([`${request.backupId}.done`]);
  });

  it.each([
    ["exit-after-bytes", "stage stream: xtrabackup ended with exit code 1 in the pipe: ", "log block numbers mismatch"],
    ["no-completed-ok", 'stage stream: xtrabackup ended with exit code 0 but not with "completed OK!"', "was copied."],
    ["killed", "stage stream: xtrabackup was killed by SIGKILL in the pipe: ", "Streaming ./ibdata1"],
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

describe("the login of a backup by XtraBackup", () => {
  const others = { ...process.env };
  let home: string;

  beforeEach(async () => {
    home = join(lab.directory, "home");
    await mkdir(home, { recursive: true });
  });

  afterEach(() => {
    process.env.HOME = others.HOME;
  });

  async function toolLog(request: BackupRequest): Promise<string> {
    return readFile(join(lab.workDirectory, `backup-${request.backupId}`, "work/tool.err"), "utf8");
  }

  it("is the migration's, whatever option files the user of the host has", async () => {
    const lines = ["[client]", 'user = "root"', 'password = "other"', 'host = "127.0.0.9"'];
    await writeFile(join(home, ".my.cnf"), `${lines.join("\n")}\n[xtrabackup]\nuser = root\n`);
    await writeFile(join(home, ".mylogin.cnf"), encodeLoginFile(lines), { mode: 0o600 });
    process.env.HOME = home;
    const request = await backup();
    expect(await takeBackup(host, request, silent)).toMatchObject({ serverUuid: uuid });
    const { user, port } = lab.source.options;
    expect(await toolLog(request)).toContain(`host: 127.0.0.1, user: ${user}, password: set, port: ${port}, `);
    // Taken again it only asks whose backup it is.
    expect(await takeBackup(host, request, silent)).toMatchObject({ serverUuid: uuid });
  });

  it("works without TLS although the server has just forgotten the account", async () => {
    await lab.source.rootQuery("FLUSH PRIVILEGES");
    const request = { ...(await backup()), source: { ...lab.source.options, tls: { mode: "disabled" } } } as const;
    expect(await takeBackup(host, request, silent)).toMatchObject({ serverUuid: uuid });
  });

  it("reaches the server's port by the name localhost, which alone would be the default socket", async () => {
    const request = { ...(await backup()), source: { ...lab.source.options, host: "localhost" } };
    expect(await takeBackup(host, request, silent)).toMatchObject({ serverUuid: uuid });
    const verify = { ...request, source: { ...request.source, tls: { mode: "verify-identity", ca: "PEM" } } } as const;
    await expect(takeBackup(host, { ...verify, backupId: "named" }, silent)).rejects.toThrow(
      "host localhost with TLS mode verify-identity, which XtraBackup takes for the default socket",
    );
  });

  it("needs no more than preflight asks for, and what is missing is told before anything is copied", async () => {
    const needs = PRIVILEGE_NEEDS.filter(
      ({ role, when }) => role === "source" && (when?.({ purpose: "replicate", backupMethod: "xtrabackup" }) ?? true),
    );
    await lab.source.rootQuery(
      "CREATE USER 'exact'@'%' IDENTIFIED BY 'exact', 'weak'@'%' IDENTIFIED BY 'weak'",
      ...needs.map((need) => grantFor(need, "'exact'@'%'")),
      "GRANT SELECT, PROCESS, REPLICATION CLIENT ON *.* TO 'weak'@'%'",
    );
    const as = async (name: string) => {
      const request = await backup();
      return { ...request, source: { ...lab.source.options, user: name, password: name } };
    };
    expect(await takeBackup(host, await as("exact"), silent)).toMatchObject({ serverUuid: uuid });
    await rm(record, { recursive: true });
    await expect(takeBackup(host, await as("weak"), silent)).rejects.toThrow(
      /stage check: the account lacks privileges for XtraBackup: BACKUP_ADMIN ON \*\.\*, RELOAD ON \*\.\*, LOCK TABLES ON \*\.\*\n.*next: +grant them: GRANT BACKUP_ADMIN ON \*\.\*; GRANT RELOAD/s,
    );
    expect(existsSync(join(record, "argv"))).toBe(false);
  });

  it("calls a build without the version check without the option against it", async () => {
    const request = await backup();
    const { xtrabackup } = request.tools ?? {};
    const bare = await lab.tool(
      "bare-xtrabackup",
      `export DOUBLE_BUILD=without-version-check\nexec ${xtrabackup} "$@"`,
    );
    await takeBackup(host, { ...request, tools: { ...request.tools, xtrabackup: bare } }, silent);
    expect(await calls()).toEqual([expect.not.stringContaining("--no-version-check")]);
  });
});

describe("a backup by XtraBackup from a container image, by a double of docker", () => {
  async function request(fault = ""): Promise<BackupRequest> {
    const environment = `export DOUBLE_RECORD=${record} DOUBLE_MYSQL=${mysql} DOUBLE_FAULT=${fault}`;
    const program = await lab.tool(`docker-${fault}`, `${environment}\nexec ${doubleCommand("docker")} "$@"`);
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
      ` --entrypoint xtrabackup percona/percona-xtrabackup:9.7.2-2.1 --defaults-file=${job}/client.cnf --backup `,
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
