import { testInstallation } from "../../../lab/testing.js";
import { doubleCommand } from "../../helpers/double-command.js";
import type { BackupLab } from "./backup-lab.js";

/** Programs for `tools`: the doubles of xtrabackup and xbstream with these variables (test/doubles/xtrabackup/main.ts). */
export async function doubleTools(lab: BackupLab, variables: Readonly<Record<string, string>> = {}) {
  const { mysql } = await testInstallation();
  const words = Object.entries({ DOUBLE_MYSQL: mysql, ...variables }).map(([name, value]) => `${name}=${value}`);
  const environment = `export ${words.join(" ")}`;
  const suffix = variables.DOUBLE_FAULT ?? "";
  return {
    xtrabackup: await lab.tool(`xtrabackup-${suffix}`, `${environment}\nexec ${doubleCommand("xtrabackup")} "$@"`),
    xbstream: await lab.tool("xbstream", `${environment}\nexec ${doubleCommand("xbstream")} "$@"`),
  };
}

/** The same, with backups of real data: copies of the source by its CLONE plugin, which the double uses as root. */
export function realDataTools(lab: BackupLab, variables: Readonly<Record<string, string>> = {}) {
  return doubleTools(lab, { ...variables, DOUBLE_ROOT_SOCKET: lab.source.socket });
}
