import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { FerryError, type Progress } from "@gtid-ferry/engine/operation";
import { runTool } from "../../toolchain/command.js";
import { withLock } from "../../toolchain/lock.mjs";
import type { MysqlInstallation } from "../../toolchain/mysql.js";
import { paths } from "../../toolchain/paths.js";
import { lastLines } from "../last-lines.js";
import { stopProcess } from "../process/index.js";
import { accountStatements } from "./accounts.js";
import { launchMysqld } from "./launch.js";
import { queryAsRoot } from "./root-connection.js";
import { configurationText, type MysqldSettings, placeSettings } from "./settings.js";

/**
 * Gives a server its first data directory: a copy of a template with the accounts, which is made once per MySQL version
 * and set of initial settings. Initialising takes seconds, copying does not.
 */
export async function createDataDirectory(
  installation: MysqlInstallation,
  initial: MysqldSettings,
  dataDirectory: string,
  progress: Progress,
): Promise<void> {
  const template = await ensureTemplate(installation, initial, progress);
  const unfinished = `${dataDirectory}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mustRun(["cp", "--archive", "--reflink=auto", template, unfinished], 120, dataDirectory);
  await rename(unfinished, dataDirectory);
}

async function ensureTemplate(
  installation: MysqlInstallation,
  initial: MysqldSettings,
  progress: Progress,
): Promise<string> {
  const key = templateKey(installation, initial);
  const template = join(paths.mysql, "templates", key);
  if (existsSync(template)) return template;
  return withLock(join(paths.locks, `mysql-template-${key}`), progress, async () => {
    if (existsSync(template)) return template;
    progress(`initialising a data directory of MySQL ${installation.version}, once`);
    const workshop = `${template}.unfinished`;
    await rm(workshop, { recursive: true, force: true });
    await mkdir(workshop, { recursive: true });
    await makeTemplate(installation, initial, workshop);
    await rename(join(workshop, "data"), template);
    await rm(workshop, { recursive: true });
    return template;
  });
}

function templateKey(installation: MysqlInstallation, initial: MysqldSettings): string {
  const content = JSON.stringify([installation.version, Object.entries(initial).sort(), accountStatements()]);
  return `${installation.version}-${createHash("sha256").update(content).digest("hex").slice(0, 12)}`;
}

async function makeTemplate({ mysqld }: MysqlInstallation, initial: MysqldSettings, directory: string): Promise<void> {
  const dataDirectory = join(directory, "data");
  const socket = join(directory, "mysqld.sock");
  const errorLog = join(directory, "error.log");
  const configurationFile = join(directory, "my.cnf");
  const settings = {
    ...initial,
    ...placeSettings({ dataDirectory, socket, errorLog }),
    skip_networking: "ON",
    // Nothing of the template's own life may be in its copies.
    disable_log_bin: "ON",
    gtid_mode: "OFF",
    loose_innodb_redo_log_capacity: "8M",
  };
  await writeFile(configurationFile, configurationText(settings));
  await mustRun([mysqld, `--defaults-file=${configurationFile}`, "--initialize-insecure"], 300, directory, errorLog);
  const launch = { mysqld, configurationFile, directory, socket, errorLog, timeoutSeconds: 120 };
  const process = await launchMysqld(launch, () => undefined);
  try {
    await queryAsRoot(socket, ...accountStatements());
  } finally {
    await stopProcess(process, 60);
  }
  await removeIdentity(dataDirectory);
}

/** Every copy makes its own: auto.cnf is the server's UUID, the PEM files its certificates and keys. */
async function removeIdentity(dataDirectory: string): Promise<void> {
  const names = (await readdir(dataDirectory)).filter((name) => name === "auto.cnf" || name.endsWith(".pem"));
  await Promise.all(names.map((name) => rm(join(dataDirectory, name))));
}

async function mustRun(
  argv: readonly [string, ...string[]],
  timeoutSeconds: number,
  directory: string,
  errorLog?: string,
): Promise<void> {
  const { exitCode, ended, lastLines: output } = await runTool(argv, { timeoutSeconds });
  if (exitCode === 0) return;
  const log = errorLog === undefined ? output.slice(-10).join("\n") : await lastLines(errorLog, 15);
  throw new FerryError({
    failed: "making a data directory",
    where: dirname(directory),
    seen: `${argv[0]}: ${ended}\n${log}`,
    wanted: "a complete data directory",
    next: "mend what it names (often a full disk), then run again",
  });
}
