import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { backupKeys, observeBackup, removeBackup, restoreBackup, takeBackup } from "../../../../engine/backup/index.js";
import { LocalHost } from "../../../../engine/hosts/index.js";
import { silent } from "../../../../engine/operation/index.js";
import { LabMysqld } from "../../../../lab/mysqld/index.js";
import { testInstallation } from "../../../../lab/testing.js";
import { refusals } from "../../../helpers/aws-calls.js";
import { BackupLab } from "../../helpers/backup-lab.js";

const host = new LocalHost();
let lab: BackupLab;

beforeAll(async () => {
  lab = await BackupLab.start("clone");
});

afterAll(async () => {
  await lab.stop();
});

async function variables(): Promise<unknown> {
  return lab.source.rootQuery(
    `SELECT VARIABLE_NAME AS name, VARIABLE_VALUE AS value FROM performance_schema.global_variables
      WHERE VARIABLE_NAME NOT IN ('timestamp', 'rand_seed1', 'rand_seed2') ORDER BY 1`,
  );
}

describe("a backup by CLONE", () => {
  it("gives the keys of S3 to the AWS CLI alone, whose calls either version of it takes", async () => {
    const seen = join(lab.directory, "environments");
    const calls = join(lab.directory, "calls");
    const { mysql } = await testInstallation();
    const shown = (name: string, program = name) => lab.tool(name, `env >>${seen}\nexec ${program} "$@"`);
    const aws = await lab.tool("aws-told", `echo "$*" >>${calls}\nexec "$AWS" "$@"`);
    const tools = { zstd: await shown("zstd"), tar: await shown("tar"), mysql: await shown("mysql", mysql), aws };
    const request = lab.backup({ tools });
    await takeBackup(host, request, silent);
    await restoreBackup(host, lab.restore(request, { tools }), silent);
    const environments = await readFile(seen, "utf8");
    expect(environments).toContain("GTID_FERRY_JOB=");
    expect(environments).not.toContain(lab.s3.secretAccessKey);
    const words = (await readFile(calls, "utf8")).trimEnd().split("\n");
    expect(words.length).toBeGreaterThan(5);
    for (const major of [1, 2] as const) {
      for (const call of words) expect(refusals(major, call), call).toEqual([]);
    }
    await removeBackup(host, request, silent);
  });

  it("restores into a server that has every row and the source's GTIDs, and leaves the source as it was", async () => {
    const request = lab.backup();
    const lines: string[] = [];
    const before = await variables();
    const manifest = await takeBackup(host, request, (line) => lines.push(line));
    expect(await variables()).toEqual(before);
    const keys = backupKeys("backups", "shop", request.backupId);
    expect(await lab.traces(request)).toEqual([keys.object, keys.manifest].sort());
    const [facts] = await lab.source.rootQuery("SELECT @@server_uuid AS uuid, @@GLOBAL.gtid_executed AS gtids");
    expect(manifest).toMatchObject({ serverUuid: facts?.uuid, gtidSet: facts?.gtids, method: "clone", archive: "tar" });
    // A stage may be over between two looks; what is told of it names a stage, and the end is always told.
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines.slice(0, -1))
      expect(line).toMatch(/^backup \S+ of shop: (start|check|clone|stream|verify|publish)/);
    expect(lines.at(-1)).toMatch(/^backup \S+ of shop: done in \d+\.\d s$/);
    expect(await observeBackup(lab.s3, keys)).toBe("intact");

    const restore = lab.restore(request);
    const result = await restoreBackup(host, restore, silent);
    expect(result).toMatchObject({ restored: true, manifest, dataDirectory: join(restore.volumeDirectory, "data") });
    const target = await LabMysqld.start(await testInstallation(), {
      directory: restore.volumeDirectory,
      settings: { gtid_mode: "ON", enforce_gtid_consistency: "ON", skip_replica_start: "ON" },
    });
    try {
      const sum = "SELECT COUNT(*) AS count, SUM(CRC32(data)) AS sum FROM shop.blobs";
      expect(await target.rootQuery(sum)).toEqual(await lab.source.rootQuery(sum));
      const [restored] = await target.rootQuery("SELECT @@server_uuid AS uuid, @@GLOBAL.gtid_executed AS gtids");
      expect(restored?.gtids).toBe(facts?.gtids);
      expect(restored?.uuid).not.toBe(facts?.uuid);
    } finally {
      await target.kill();
    }
    expect(await restoreBackup(host, restore, silent)).toMatchObject({ restored: false, manifest });
  });

  it("is not taken twice, and is gone with every trace when it is removed", async () => {
    const request = lab.backup();
    const first = await takeBackup(host, request, silent);
    const lines: string[] = [];
    expect(await takeBackup(host, request, (line) => lines.push(line))).toEqual(first);
    expect(lines).toEqual([`backup ${request.backupId}: already there, nothing to do`]);
    await removeBackup(host, request, silent);
    await removeBackup(host, request, silent);
    expect(await lab.traces(request)).toEqual([]);
    expect(existsSync(join(lab.workDirectory, `backup-${request.backupId}`))).toBe(false);
    expect(await observeBackup(lab.s3, backupKeys("backups", "shop", request.backupId))).toBe("missing");
  });

  it("uses a clone plugin that is there and leaves it there", async () => {
    await lab.source.rootQuery("INSTALL PLUGIN clone SONAME 'mysql_clone.so'");
    try {
      const request = lab.backup();
      await takeBackup(host, request, silent);
      expect(await lab.traces(request)).toContain("clone plugin");
    } finally {
      await lab.source.rootQuery("UNINSTALL PLUGIN clone");
    }
  });

  it.each(['it\'s # "quoted" \\ and spaced ', "\\n\\t\\s;[client]", "ünïcödé=§"])(
    "logs in with the password %j",
    async (password) => {
      const literal = password.replaceAll("\\", "\\\\").replaceAll("'", "\\'");
      await lab.source.rootQuery(
        "SET sql_log_bin = 0",
        `CREATE USER odd@'%' IDENTIFIED BY '${literal}'`,
        "GRANT PROCESS, SELECT ON *.* TO odd@'%'",
      );
      try {
        // An account that may read, and nothing more: the login is proven by what it is refused.
        const request = lab.backup({ source: { ...lab.source.options, user: "odd", password } });
        await expect(takeBackup(host, request, silent)).rejects.toThrow(/clone: the clone plugin cannot be installed/);
        expect(await lab.traces(request)).toEqual([]);
      } finally {
        await lab.source.rootQuery("SET sql_log_bin = 0", "DROP USER odd@'%'");
      }
    },
  );

  it("refuses an id that another server's intact backup has", async () => {
    const request = lab.backup();
    await takeBackup(host, request, silent);
    const mysql = await lab.tool("other-mysql", "echo 00000000-0000-0000-0000-000000000001");
    await expect(takeBackup(host, { ...request, tools: { ...request.tools, mysql } }, silent)).rejects.toThrow(
      "an intact backup of the server",
    );
  });
});

describe("a backup whose follower dies", () => {
  it("goes on, and the next call follows it to its end", async () => {
    const go = join(lab.directory, "go");
    await rm(go, { force: true });
    const aws = await lab.awsThat("aws-waits", `while [[ ! -e ${go} ]]; do sleep 0.1; done`);
    const request = lab.backup({ tools: { aws } });
    const requestFile = join(lab.directory, "request.json");
    await writeFile(requestFile, JSON.stringify(request));
    const program = `
      import { readFileSync } from "node:fs";
      import { takeBackup } from "${process.cwd()}/engine/backup/index.ts";
      import { LocalHost } from "${process.cwd()}/engine/hosts/index.ts";
      takeBackup(new LocalHost(), JSON.parse(readFileSync("${requestFile}", "utf8")), console.log);
    `;
    const programFile = join(lab.directory, "follower.mts");
    await writeFile(programFile, program);
    const follower = spawn(process.execPath, ["--import", "tsx", programFile], { stdio: "inherit" });
    const pid = await lab.pidInStage(request, "stream");
    follower.kill("SIGKILL");
    await new Promise((resolve) => follower.once("close", resolve));
    const lines: string[] = [];
    const resumed = takeBackup(host, request, (line) => lines.push(line));
    await writeFile(go, "");
    await resumed;
    expect(lines[0]).toBe(`backup ${request.backupId}: already running on ${host.name}, following it`);
    expect((await lab.status(request))?.pid).toBe(pid);
    const log = await readFile(join(lab.workDirectory, `backup-${request.backupId}`, "log"), "utf8");
    expect(log.match(/stage clone/g)).toHaveLength(1);
  });
});
