import { assertRestoredServer, restoreBackup } from "../backup/index.js";
import type { Host } from "../hosts/index.js";
import { PartialFailure, type Progress } from "../operation/index.js";
import { restoredManifestKey } from "./rebuild-note.js";
import type { LocalServerRequest, LocalServerResult } from "./request.js";
import { awaitServer, startServer } from "./server-process.js";

type Started = Pick<LocalServerResult, "restoreSeconds" | "dataDirectory" | "process">;

/** Restores the backup unless that is done, and runs mysqld on it, read-only. `known` is the last run's result. */
export async function ensureLocalServer(
  host: Host,
  request: LocalServerRequest,
  known: LocalServerResult | undefined,
  progress: Progress,
): Promise<LocalServerResult> {
  const manifestKey = await restoredManifestKey(host, request);
  const restored = await restoreBackup(host, { ...request.restore, manifestKey }, progress);
  const running = known !== undefined && (await host.isRunning(known.process)) ? known.process : undefined;
  const process = running ?? (await startServer(host, request, restored.manifest, restored.dataDirectory, progress));
  const restoreSeconds = known?.restoreSeconds ?? restored.seconds;
  const started: Started = { restoreSeconds, dataDirectory: restored.dataDirectory, process };
  try {
    const facts = await awaitServer(host, request, process, progress);
    await assertRestoredServer(request.target, restored.manifest, facts);
    progress(
      `${facts.label}: MySQL ${facts.version.text} runs on the restored data${facts.superReadOnly ? ", read-only" : ""}`,
    );
    return {
      ...started,
      serverUuid: facts.serverUuid,
      version: facts.version.text,
      restoredGtidSet: known?.restoredGtidSet || facts.gtidExecuted,
      running: true,
    };
  } catch (error) {
    const unknown = { serverUuid: "", version: "", restoredGtidSet: "", running: false };
    throw new PartialFailure<LocalServerResult>({ ...unknown, ...known, ...started }, error);
  }
}
