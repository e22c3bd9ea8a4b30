import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { reportChannel } from "@gtid-ferry/engine/replication";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestStack, type TestStack } from "../../lab/test-stack.js";
import { makeTestDirectory, removeTestDirectory, testInstallation } from "../../lab/testing.js";
import { doubleCommand } from "../helpers/double-command.js";
import { queryTarget } from "../helpers/query-target.js";
import { SourceKeyring } from "../helpers/source-keyring.js";

// The whole way with method xtrabackup, of a source that is not like others: its data are encrypted, and its system
// tablespace has two files. XtraBackup is a contract double, whose backups are real data.
const DATA_FILES = "ibdata1:16M;ibdata2:16M:autoextend";
let folder: string;
let keyring: SourceKeyring;
let stack: TestStack;

beforeAll(async () => {
  folder = await makeTestDirectory("xtrabackup-tools");
  const tools = join(folder, "bin");
  await mkdir(tools);
  keyring = await SourceKeyring.make(folder);
  stack = await startTestStack("xtrabackup", {
    settings: { innodb_data_file_path: DATA_FILES },
    prefix: keyring.prefix,
    pathDirectories: [tools],
  });
  const { mysql } = await testInstallation();
  const variables = `DOUBLE_MYSQL='${mysql}' DOUBLE_ROOT_SOCKET='${stack.source.socket}'`;
  for (const name of ["xtrabackup", "xbstream"]) {
    await writeFile(join(tools, name), `#!/bin/sh\nexport ${variables}\nexec ${doubleCommand(name)} "$@"\n`);
    await chmod(join(tools, name), 0o755);
  }
  await stack.source.rootQuery(
    "CREATE SCHEMA shop",
    "CREATE TABLE shop.secret (id INT AUTO_INCREMENT PRIMARY KEY, payload VARBINARY(1024)) ENCRYPTION = 'Y'",
    "INSERT INTO shop.secret (payload) VALUES (RANDOM_BYTES(1024))",
    ...Array.from({ length: 10 }, () => "INSERT INTO shop.secret (payload) SELECT RANDOM_BYTES(1024) FROM shop.secret"),
  );
  await stack.configure("backupMethod", "xtrabackup");
});
afterAll(async () => {
  await stack.stop();
  await removeTestDirectory(folder);
});

const SUM = "SELECT COUNT(*) AS count, BIT_XOR(CRC32(payload)) AS payloads FROM shop.secret";
const target = () => ({ ...stack.source.options, port: stack.targetPort });

async function expectSame(): Promise<void> {
  await expect
    .poll(() => reportChannel(stack.source.options, target(), "gtid_ferry"), { timeout: 30_000 })
    .toMatchObject({ connected: true, applying: true, missing: "", errant: "" });
  expect(await queryTarget(stack, SUM)).toEqual(await stack.source.rootQuery(SUM));
}

// One stack's life in order: each test starts where the one before ended.
describe("a migration by xtrabackup", () => {
  it("is refused while the target has no keyring for the source's encrypted data", async () => {
    const { exitCode, output } = await stack.pulumi("up", "--yes");
    expect(exitCode).not.toBe(0);
    expect(output).toContain("with the keys of component_keyring_file; the target is given none");
    expect(output).toContain("targetKeyringConfig");
    expect(await stack.resources()).toEqual([]);
  });

  it("restores the data, their keys and the files of the system tablespace, and follows the source", async () => {
    await stack.configure("targetKeyringConfig", await keyring.copy("given"));
    await stack.up();
    await expectSame();
    expect(await queryTarget(stack, "SELECT @@innodb_data_file_path AS files")).toEqual([{ files: DATA_FILES }]);
    await stack.source.rootQuery(
      "CREATE TABLE shop.later (id INT PRIMARY KEY) ENCRYPTION = 'Y'",
      "INSERT INTO shop.secret (payload) SELECT RANDOM_BYTES(1024) FROM shop.secret LIMIT 100",
    );
    await expectSame();
    expect(await stack.up()).not.toMatch(/\d+ (created|updated|replaced|deleted)/);
  });

  it("switches over to a target that encrypts too", async () => {
    await stack.configure("phase", "cutover");
    await stack.up();
    await queryTarget(stack, "CREATE TABLE shop.last (id INT PRIMARY KEY) ENCRYPTION = 'Y'");
    const options = "SELECT CREATE_OPTIONS AS options FROM information_schema.TABLES WHERE TABLE_NAME = 'last'";
    await expect.poll(() => stack.source.rootQuery(options)).toEqual([{ options: "ENCRYPTION='Y'" }]);
  });
});
