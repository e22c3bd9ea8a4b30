import { posix } from "node:path";
import type { Host } from "../../hosts/index.js";
import { writeBackupJob } from "../job-files.js";
import type { BackupRequest } from "../request.js";
import { prepareHost } from "./prepare-host.js";

/**
 * Sees whether the host can be reached and could take this backup, before anything is changed: what is written there to
 * ask lies beside the real jobs and is gone afterwards. A FerryError names everything that is missing.
 */
export async function checkHost(host: Host, request: BackupRequest): Promise<void> {
  const workDirectory = posix.join(request.workDirectory, "check");
  const aside = { ...request, workDirectory };
  try {
    await writeBackupJob(host, aside);
    await prepareHost(host, aside);
  } finally {
    await host.remove(workDirectory);
  }
}
