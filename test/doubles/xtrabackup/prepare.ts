import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkKeyringForPrepare } from "./keyring.js";
import { type BackupState, dataFiles, STATE_FILE } from "./payload.js";
import { copies } from "./release.js";
import type { Call } from "./tool.js";

/** read_metadata() and xtrabackup_prepare_func(), as far as others can see them. */
export async function prepare(call: Call): Promise<void> {
  const { log, release, surroundings } = call;
  const { DOUBLE_FAULT: fault } = surroundings.environment;
  const target = readMetadata(call);
  const info = readFileSync(join(target, "xtrabackup_info"), "utf8");
  const serverVersion = /^server_version = (.*)$/m.exec(info)?.[1] ?? "";
  if (!copies(release, serverVersion)) {
    log.say(`Unsupported server version: '${serverVersion}'`);
    log.error("This version of Percona XtraBackup can only perform backups and restores against its own series");
  }
  if (backupType(target) === "full-prepared") log.note("This target seems to be already prepared.");
  const state = stateOf(target);
  checkKeyringForPrepare(call, state.keyring, target);
  call.validate();
  for (const name of dataFiles(call.option("innodb_data_file_path") ?? "ibdata1:10M:autoextend")) {
    if (!existsSync(join(target, name))) log.error(`Cannot open datafile './${name}'`);
  }
  if (fault === "prepare-fails") log.error("Unable to open redo log files");
  writeFileSync(
    join(target, "xtrabackup_checkpoints"),
    "backup_type = full-prepared\nfrom_lsn = 0\nto_lsn = 20000000\nlast_lsn = 20000100\n",
  );
  rmSync(join(target, "xtrabackup_logfile"), { force: true });
}

export function readMetadata({ log, option }: Call): string {
  const target = option("target-dir") ?? "./xtrabackup_backupfiles/";
  if (!existsSync(target)) log.error(`cannot my_setwd ${target}`);
  log.note(`cd to ${target}`);
  if (!existsSync(join(target, "xtrabackup_checkpoints"))) {
    log.error("failed to read metadata from './xtrabackup_checkpoints'");
  }
  if (!existsSync(join(target, "xtrabackup_info")))
    log.error("Failed to parse xtrabackup_info from './xtrabackup_info'");
  return target;
}

export function backupType(target: string): string {
  return /^backup_type = (.*)$/m.exec(readFileSync(join(target, "xtrabackup_checkpoints"), "utf8"))?.[1] ?? "";
}

export function stateOf(target: string): BackupState {
  return JSON.parse(readFileSync(join(target, STATE_FILE), "utf8")) as BackupState;
}
