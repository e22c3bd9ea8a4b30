import { z } from "zod";
import { type Manifest, type RestoreRequest, restoreBackup } from "../backup/index.js";
import { subtractOn } from "../errant/index.js";
import type { Host, ProcessIdentity } from "../hosts/index.js";
import { addressOf, type ConnectionOptions, MysqlServer, readServerFacts, type ServerFacts } from "../mysql/index.js";
import { FerryError, messageOf, PartialFailure, type Progress, waitUntil } from "../operation/index.js";
import { targetConfiguration } from "./target-settings.js";

export interface LocalServerRequest {
  /** The server to start, as an administrator reaches it; its accounts are the source's, which came with the data. */
  readonly target: ConnectionOptions;
  readonly serverId: number;
  /** Program to run, e.g. `/usr/sbin/mysqld`. */
  readonly mysqld: string;
  readonly bufferPoolMebibytes: number;
  readonly restore: RestoreRequest;
  readonly startTimeoutSeconds: number;
}

export interface LocalServerResult {
  readonly serverUuid: string;
  readonly version: string;
  /** gtid_executed right after the restore: what the data holds, and a superset of the manifest's set. */
  readonly restoredGtidSet: string;
  readonly restoreSeconds: number;
  readonly dataDirectory: string;
  readonly process: ProcessIdentity;
  readonly running: boolean;
}

type Started = Pick<LocalServerResult, "restoreSeconds" | "dataDirectory" | "process">;

/** Restores the backup unless that is done, and runs mysqld on it, read-only. `known` is the last run's result. */
export async function ensureLocalServer(
  host: Host,
  request: LocalServerRequest,
  known: LocalServerResult | undefined,
  progress: Progress,
): Promise<LocalServerResult> {
  const restored = await restoreBackup(host, request.restore, progress);
  const running = known !== undefined && (await host.isRunning(known.process)) ? known.process : undefined;
  const process = running ?? (await start(host, request, restored.manifest, restored.dataDirectory, progress));
  const restoreSeconds = known?.restoreSeconds ?? restored.seconds;
  const started: Started = { restoreSeconds, dataDirectory: restored.dataDirectory, process };
  try {
    const facts = await awaitServer(host, request, process);
    await refuseUnsafeTarget(request, restored.manifest, facts);
    progress(`${facts.label}: MySQL ${facts.version.text} runs on the restored data, read-only`);
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

function runDirectoryOf(request: LocalServerRequest): string {
  return `${request.restore.volumeDirectory}/run`;
}

async function start(
  host: Host,
  request: LocalServerRequest,
  manifest: Manifest,
  dataDirectory: string,
  progress: Progress,
): Promise<ProcessIdentity> {
  const runDirectory = runDirectoryOf(request);
  const recorded = await readRecordedProcess(host, runDirectory);
  if (recorded !== undefined && (await host.isRunning(recorded))) return recorded;
  const configuration = `${runDirectory}/my.cnf`;
  const place = {
    dataDirectory,
    runDirectory,
    port: request.target.port,
    serverId: request.serverId,
    lowerCaseTableNames: manifest.lowerCaseTableNames,
    innodbPageSizeBytes: manifest.innodbPageSizeBytes,
    bufferPoolMebibytes: request.bufferPoolMebibytes,
  };
  await host.writeFile(configuration, targetConfiguration(place, process.getuid?.() === 0), 0o600);
  progress(`${host.name}: starting ${request.mysqld} on ${dataDirectory}, port ${request.target.port}`);
  return host.startDetached({
    argv: ["bash", "-c", NOTE_AND_BECOME, "mysqld", request.mysqld, `--defaults-file=${configuration}`],
    workingDirectory: runDirectory,
    environment: {},
    logPath: `${runDirectory}/stdout.log`,
  });
}

/**
 * The process notes itself before it becomes mysqld: were the note written by its starter, a starter killed in between
 * would leave a server that the next run knows nothing of.
 */
const NOTE_AND_BECOME = `
  printf '{"pid":%d,"startTicks":"%s"}' "$$" "$(cut -d ' ' -f 22 "/proc/$$/stat")" >process.json.new
  mv process.json.new process.json
  exec "$@"`;

const processSchema = z.object({ pid: z.number(), startTicks: z.string() });

/** What a server that an earlier run started noted of itself. */
async function readRecordedProcess(host: Host, runDirectory: string): Promise<ProcessIdentity | undefined> {
  const text = await host.readFile(`${runDirectory}/process.json`);
  return text === undefined ? undefined : processSchema.parse(JSON.parse(text));
}

async function awaitServer(host: Host, request: LocalServerRequest, process: ProcessIdentity): Promise<ServerFacts> {
  const errorLog = `${runDirectoryOf(request)}/error.log`;
  const wait = {
    awaited: "mysqld answers",
    where: `target ${addressOf(request.target)}`,
    next: `read ${errorLog}`,
    timeoutSeconds: request.startTimeoutSeconds,
  };
  return waitUntil(wait, async () => {
    try {
      return { done: await MysqlServer.with(request.target, "target", readServerFacts) };
    } catch (error) {
      if (await host.isRunning(process)) return { seen: messageOf(error) };
      throw new FerryError({
        failed: `starting ${request.mysqld}`,
        where: `target ${addressOf(request.target)}`,
        seen: `it ended; the last lines of ${errorLog}: ${await lastLines(host, errorLog)}`,
        wanted: "mysqld running on the restored data",
        next: "mend what the error log names (a port in use, another MySQL series), then run again",
      });
    }
  });
}

async function lastLines(host: Host, path: string): Promise<string> {
  const lines = ((await host.readFile(path)) ?? "").trimEnd().split("\n");
  const errors = lines.filter((line) => line.includes("[ERROR]"));
  return (errors.length > 0 ? errors : lines).slice(-5).join(" | ");
}

/** What must be true of a target before anything replicates to it. */
async function refuseUnsafeTarget(request: LocalServerRequest, manifest: Manifest, facts: ServerFacts): Promise<void> {
  const refuse = (seen: string, wanted: string, next: string) =>
    new FerryError({ failed: "checking the restored server", where: facts.label, seen, wanted, next });
  if (facts.serverUuid === manifest.serverUuid) {
    throw refuse(`server_uuid ${facts.serverUuid} is the source's`, "one of its own", "remove auto.cnf and restart it");
  }
  if (facts.eventScheduler === "ON") {
    throw refuse("event_scheduler is ON", "OFF until the cutover", "SET GLOBAL event_scheduler = OFF there");
  }
  const lost = await MysqlServer.with(request.target, "target", (server) =>
    subtractOn(server, manifest.gtidSet, facts.gtidExecuted),
  );
  if (lost !== "") {
    throw refuse(`gtid_executed lacks ${lost} of the backup`, "all of the manifest's GTID set", "restore again");
  }
}
