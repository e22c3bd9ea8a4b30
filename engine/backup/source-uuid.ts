import { type Host, redact } from "../hosts/index.js";
import { FerryError } from "../operation/index.js";
import { backupJobDirectory, removeCredentials, secretsOf, writeBackupJob } from "./job-files.js";
import type { BackupRequest } from "./request.js";

/** The source's server_uuid, read on the host itself: the engine may have no way of its own to that server. */
export async function readSourceUuid(host: Host, request: BackupRequest): Promise<string> {
  const directory = backupJobDirectory(request);
  try {
    await writeBackupJob(host, request);
    const login = `--defaults-file=${directory}/client.cnf`;
    const client = [request.tools?.mysql ?? "mysql", login, "--batch", "--skip-column-names"];
    const result = await host.run({
      // A login of the user's (~/.mylogin.cnf) would win over the option file.
      argv: ["env", `MYSQL_TEST_LOGIN_FILE=${directory}/no-login-file`, ...client, "-e", "SELECT @@server_uuid"],
      timeoutSeconds: 60,
    });
    const uuid = result.stdout.trim();
    if (result.exitCode === 0 && uuid !== "") return uuid;
    throw new FerryError({
      failed: "reading the source's server_uuid",
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
