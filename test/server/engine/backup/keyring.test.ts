import { randomInt } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type BackupMethod, type BackupRequest, restoreBackup, takeBackup } from "../../../../engine/backup/index.js";
import { LocalHost } from "../../../../engine/hosts/index.js";
import { ensureLocalServer, type LocalServerRequest } from "../../../../engine/local-server/index.js";
import { type ConnectionOptions, MysqlServer } from "../../../../engine/mysql/index.js";
import { silent } from "../../../../engine/operation/index.js";
import { runPreflight } from "../../../../engine/preflight/index.js";
import { findFreePort } from "../../../../lab/process/index.js";
import { makeTestDirectory, removeTestDirectory, testInstallation } from "../../../../lab/testing.js";
import { KEYRING_COMPONENT, SourceKeyring } from "../../../helpers/source-keyring.js";
import { BackupLab } from "../../helpers/backup-lab.js";
import { realDataTools } from "../../helpers/double-tools.js";

// Encrypted data of a real mysqld with component_keyring_file. XtraBackup is a contract double, whose data are real.
const host = new LocalHost();
let folder: string;
let keyring: SourceKeyring;
let lab: BackupLab;

beforeAll(async () => {
  folder = await makeTestDirectory("keyring");
  keyring = await SourceKeyring.make(folder);
  lab = await BackupLab.start("encrypted", {}, keyring.prefix);
  await lab.source.rootQuery(
    "CREATE TABLE shop.secrets (id INT AUTO_INCREMENT PRIMARY KEY, data VARCHAR(100) NOT NULL) ENCRYPTION = 'Y'",
    "INSERT INTO shop.secrets (data) SELECT HEX(LEFT(data, 40)) FROM shop.blobs",
    `GRANT ENCRYPTION_KEY_ADMIN ON *.* TO ${lab.source.options.user}`,
    `GRANT CREATE ON shop.* TO ${lab.source.options.user}`,
    "SET GLOBAL innodb_redo_log_encrypt = ON, GLOBAL innodb_undo_log_encrypt = ON",
  );
});

afterAll(async () => {
  await lab.stop();
  await removeTestDirectory(folder);
});

async function request(method: BackupMethod): Promise<BackupRequest> {
  return lab.backup({ method, ...(method === "clone" ? {} : { tools: await realDataTools(lab) }) });
}

async function encryption(method: BackupMethod, targetKeyring: { readonly targetKeyring?: string }) {
  const intent = { purpose: "prepare", backupMethod: method, ...targetKeyring } as const;
  const all = await runPreflight({ ...intent, source: lab.source.options });
  return all.filter(({ check }) => check === "encryption").map(({ severity }) => severity);
}

function secrets(connection: ConnectionOptions) {
  const sum = "SELECT COUNT(*) AS count, SUM(CRC32(data)) AS sum FROM shop.secrets";
  return MysqlServer.with(connection, "server", (open) =>
    open.queryOne(sum, [], z.object({ count: z.number(), sum: z.string() })),
  );
}

describe.each(["clone", "xtrabackup"] as const)("a source with encrypted data, by %s", (method) => {
  it("is refused by preflight, until the target has the same keyring component", async () => {
    expect(await encryption(method, {})).toEqual(["blocker"]);
    expect(await encryption(method, { targetKeyring: "component_keyring_kmip" })).toEqual(["blocker"]);
    expect(await encryption(method, { targetKeyring: KEYRING_COMPONENT })).toEqual(["ok"]);
  });

  it("is not downloaded without its keys, and restored with them, on a target that can encrypt too", async () => {
    const backup = await request(method);
    expect(await takeBackup(host, backup, silent)).toMatchObject({ keyring: KEYRING_COMPONENT });
    const restore = lab.restore(backup, { tools: backup.tools ?? {}, logBin: "binlog" });
    await expect(restoreBackup(host, restore, silent)).rejects.toThrow(
      "the backup has encrypted data, and there is no KEYRING_CONFIG",
    );
    const empty = await keyring.withoutKeys("nothing");
    await expect(restoreBackup(host, { ...restore, keyringConfig: empty }, silent)).rejects.toThrow(
      `${empty} names the key file "${keyring.copiedKeys("nothing")}", which cannot be read`,
    );
    const other = join(folder, "component_keyring_kmip.cnf");
    await writeFile(other, "{}");
    await expect(restoreBackup(host, { ...restore, keyringConfig: other }, silent)).rejects.toThrow(
      `KEYRING_CONFIG is ${other}, and the keys of the backup are those of ${KEYRING_COMPONENT}`,
    );
    expect(existsSync(join(restore.volumeDirectory, ".restore", "scratch"))).toBe(false);

    const keyringConfig = await keyring.copy(`given-${method}`);
    const given = await readFile(keyring.copiedKeys(`given-${method}`), "utf8");
    const target = { ...lab.source.options, port: await findFreePort() };
    const wanted: LocalServerRequest = {
      target,
      serverId: randomInt(1, 2 ** 31),
      mysqld: (await testInstallation()).mysqld,
      bufferPoolMebibytes: 64,
      restore: { ...restore, keyringConfig },
      startTimeoutSeconds: 60,
    };
    const first = await ensureLocalServer(host, wanted, undefined, silent);
    let running = first.process;
    try {
      expect(await secrets(target)).toEqual(await secrets(lab.source.options));
      await MysqlServer.with(target, "target", async (open) => {
        await open.execute("SET GLOBAL super_read_only = OFF");
        await open.execute("ALTER INSTANCE ROTATE INNODB MASTER KEY");
        await open.execute("CREATE TABLE shop.more_secrets (id INT PRIMARY KEY) ENCRYPTION = 'Y'");
      });
      await host.stop(running, 20);
      running = (await ensureLocalServer(host, wanted, first, silent)).process;
      expect(await secrets(target)).toEqual(await secrets(lab.source.options));
      // What was given stays as it was: the target's new keys are in its own copy.
      expect(await readFile(keyring.copiedKeys(`given-${method}`), "utf8")).toBe(given);
    } finally {
      await host.stop(running, 0);
    }
  });
});
