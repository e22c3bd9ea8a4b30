import { type Host, redact } from "../hosts/index.js";
import { FerryError } from "../operation/index.js";
import { backupJobDirectory, removeCredentials, secretsOf, writeBackupJob } from "./job-files.js";
import type { BackupRequest } from "./request.js";

/** Lines that the source answers, asked on the host itself: the engine may have no way of its own to that server. */
export async function askSource(host: Host, request: BackupRequest, what: string, sql: string): Promise<string[]> {
  const directory = backupJobDirectory(request);
  try {
    await writeBackupJob(host, request);
    const login = `--defaults-file=${directory}/client.cnf`;
    const client = [request.tools?.mysql ?? "mysql", login, "--batch", "--raw", "--skip-column-names"];
    const result = await host.run({
      // A login of the user's (~/.mylogin.cnf) would win over the option file.
      argv: ["env", `MYSQL_TEST_LOGIN_FILE=${directory}/no-login-file`, ...client, "-e", sql],
      timeoutSeconds: 60,
    });
    const lines = result.stdout.split("\n").filter((line) => line !== "");
    if (result.exitCode === 0 && lines.length > 0) return lines;
    throw new FerryError({
      failed: `reading the source's ${what}`,
      where: host.name,
      seen: redact(
        `exit code ${result.exitCode}: ${result.stderr.trim()}`,
        secretsOf(request.storage, request.source.password),
      ),
      wanted: "a login with the configured account",
      next: "check that mysqld runs, and address, user and password",
    });
  } finally {
    await removeCredentials(host, directory);
  }
}
