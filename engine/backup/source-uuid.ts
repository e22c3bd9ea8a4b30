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
    const result = await host.run({
      argv: [request.tools?.mysql ?? "mysql", login, "--batch", "--skip-column-names", "-e", "SELECT @@server_uuid"],
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
