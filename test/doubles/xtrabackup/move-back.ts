import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { dataFiles, STATE_FILE } from "./payload.js";
import { backupType, readMetadata, stateOf } from "./prepare.js";
import type { Call } from "./tool.js";

/** should_skip_file_on_copy_back() in percona-xtrabackup src/backup_copy.cc. */
const SKIPPED = [
  "backup-my.cnf",
  "xtrabackup_logfile",
  "xtrabackup_binary",
  "xtrabackup_binlog_info",
  "xtrabackup_checkpoints",
  "xtrabackup_tablespaces",
  "component_keyring_file.cnf",
  "component_keyring_kmip.cnf",
  "component_keyring_kms.cnf",
  ".qp",
  ".lz4",
  ".zst",
  ".pmap",
  ".tmp",
  ".xbcrypt",
  STATE_FILE,
];

/** copy_back(); unlike the other modes it looks at no option that it does not know. */
export function moveBack(call: Call, mode: "copy-back" | "move-back"): void {
  const { log, surroundings } = call;
  const data = call.option("datadir") ?? log.error("datadir must be specified.");
  const target = readMetadata(call);
  if (backupType(target) !== "full-prepared") {
    log.error("The target is not fully prepared. Please prepare it without option --apply-log-only");
  }
  mkdirSync(data, { recursive: true });
  if (readdirSync(data).length > 0 && !call.has("force-non-empty-directories")) {
    log.note(`Original data directory ${data} is not empty!`);
    log.error("exiting");
  }
  if (surroundings.environment.DOUBLE_FAULT === "move-back-fails") {
    log.error(`Error: Move file ${target}/ibdata1 failed (OS errno 28 - No space left on device)`);
  }
  const place = (from: string, to: string) => placeFile(call, mode, from, to);
  const spaces = dataFiles(call.option("innodb_data_file_path") ?? "ibdata1:10M:autoextend");
  for (const name of spaces) {
    if (!existsSync(join(target, name))) log.error(`cannot open file ${name}`);
    place(join(target, name), join(data, name));
  }
  const binlogs = placeBinaryLog(call, target, data, place);
  const external = new Map(stateOf(target).external.map(({ name, path }) => [`${name}.ibd`, path]));
  for (const name of filesBelow(target)) {
    const isSkipped = SKIPPED.some((end) => name.endsWith(end)) || spaces.includes(name) || binlogs.includes(name);
    if (!isSkipped) place(join(target, name), external.get(name) ?? join(data, name));
  }
  for (const folder of foldersIn(target)) mkdirSync(join(data, folder), { recursive: true });
}

function placeFile({ log }: Call, mode: string, from: string, to: string): void {
  if (existsSync(to)) log.error(`Error: Move file ${from} to ${to} failed: Destination file exists`);
  try {
    mkdirSync(dirname(to), { recursive: true });
    if (mode === "move-back") cpSync(from, to);
    else copyFileSync(from, to);
  } catch (error) {
    log.error(`Can not create file ${to}: ${error instanceof Error ? error.message : error}`);
  }
  if (mode === "move-back") rmSync(from);
}

/** binlog_file_location: the log gets the name of --log-bin, and the index names it alone. */
function placeBinaryLog(
  { option }: Call,
  target: string,
  data: string,
  place: (from: string, to: string) => void,
): string[] {
  const index = readdirSync(target).find((name) => name.endsWith(".index"));
  if (index === undefined) return [];
  const log = basename(readFileSync(join(target, index), "utf8").trim());
  const base = option("log_bin")?.split(".")[0];
  const name = base === undefined || base === "" ? log : `${basename(base)}${log.slice(log.lastIndexOf("."))}`;
  const indexName = base === undefined || base === "" ? index : `${basename(base)}.index`;
  place(join(target, log), join(data, name));
  rmSync(join(target, index));
  writeFileSync(join(data, indexName), `${name}\n`);
  return [log, index];
}

function filesBelow(folder: string, within = ""): string[] {
  return readdirSync(join(folder, within)).flatMap((entry) => {
    const name = join(within, entry);
    return statSync(join(folder, name)).isDirectory() ? filesBelow(folder, name) : [name];
  });
}

/** Schemas without a table are folders without a file. */
function foldersIn(target: string): string[] {
  return readdirSync(target).filter((name) => statSync(join(target, name)).isDirectory());
}
