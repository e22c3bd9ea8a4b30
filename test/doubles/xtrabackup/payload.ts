import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What the double makes of a server: its own state travels in a file of its own. */
export interface BackupState {
  readonly serverVersion: string;
  readonly dataFilePath: string;
  /** Tablespaces outside of the data directory: name as in the backup, absolute path. */
  readonly external: readonly { readonly name: string; readonly path: string }[];
  /** The active keyring component, where something is encrypted. */
  readonly keyring: string | undefined;
}

export const STATE_FILE = "double.json";

/** The files of the system tablespace, e.g. of `ibdata1:12M;ibdata2:12M:autoextend`. */
export function dataFiles(dataFilePath: string): string[] {
  return dataFilePath.split(";").map((part) => part.split(":")[0] ?? "");
}

/** Files that stand for a server's: some megabytes that do not compress. */
export function writePayload(directory: string, { dataFilePath, external }: BackupState): void {
  mkdirSync(join(directory, "shop"), { recursive: true });
  for (const name of dataFiles(dataFilePath)) writeFileSync(join(directory, name), randomBytes(3_000_000));
  writeFileSync(join(directory, "shop/orders.ibd"), randomBytes(9_000_000));
  writeFileSync(join(directory, "mysql.ibd"), "tables\n");
  writeFileSync(join(directory, "undo_001"), "undo\n");
  writeFileSync(join(directory, "undo_002"), "undo\n");
  writeFileSync(join(directory, "xtrabackup_logfile"), "log\n");
  for (const { name } of external) {
    mkdirSync(join(directory, name, ".."), { recursive: true });
    writeFileSync(join(directory, `${name}.ibd`), "outside\n");
  }
}

/** A consistent copy of a running server by its CLONE plugin, which the double uses as root: DOUBLE_ROOT_SOCKET. */
export function clonePayload(mysql: string, socket: string, directory: string): void {
  const statement = (sql: string) => {
    const argv = ["--no-defaults", "--user=root", `--socket=${socket}`, "-e", sql];
    const { status, stderr } = spawnSync(mysql, argv, { encoding: "utf8" });
    if (status !== 0) throw new Error(`${sql}: ${stderr}`);
  };
  statement("SET sql_log_bin = 0; INSTALL PLUGIN clone SONAME 'mysql_clone.so'");
  try {
    statement(`CLONE LOCAL DATA DIRECTORY = '${directory}'`);
  } finally {
    statement("SET sql_log_bin = 0; UNINSTALL PLUGIN clone");
  }
}
