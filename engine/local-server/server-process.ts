import { z } from "zod";
import type { Manifest } from "../backup/index.js";
import type { Host, ProcessIdentity } from "../hosts/index.js";
import {
  addressOf,
  dataObstacle,
  explainRefusal,
  isDefiniteRefusal,
  MysqlServer,
  parseVersion,
  readProgramVersion,
  readServerFacts,
  redoLogObstacle,
  type ServerFacts,
} from "../mysql/index.js";
import { FerryError, messageOf, type Progress, waitUntil } from "../operation/index.js";
import { mysqldProgram } from "./keyring-launcher.js";
import type { LocalServerRequest } from "./request.js";
import { targetConfiguration } from "./target-settings.js";

function runDirectoryOf({ restore }: Pick<LocalServerRequest, "restore">): string {
  return `${restore.volumeDirectory}/run`;
}

/** Starts mysqld on restored data, unless it runs already. */
export async function startServer(
  host: Host,
  request: LocalServerRequest,
  manifest: Manifest,
  dataDirectory: string,
  progress: Progress,
): Promise<ProcessIdentity> {
  const runDirectory = runDirectoryOf(request);
  const recorded = await findRunningServer(host, request);
  if (recorded !== undefined) return recorded;
  await assertReadsData(host, request.mysqld, manifest);
  const place = {
    dataDirectory,
    runDirectory,
    port: request.target.port,
    serverId: request.serverId,
    lowerCaseTableNames: manifest.lowerCaseTableNames,
    innodbPageSizeBytes: manifest.innodbPageSizeBytes,
    innodbDataFilePath: manifest.innodbDataFilePath,
    bufferPoolMebibytes: request.bufferPoolMebibytes,
    settings: manifest.settings,
  };
  const configuration = targetConfiguration(place, process.getuid?.() === 0);
  await host.writeFile(`${runDirectory}/my.cnf`, configuration, 0o600);
  return startAgain(host, request, progress);
}

/** Refuses a mysqld that cannot run on these data; without this it would say so in its own log, and end. */
async function assertReadsData(host: Host, mysqld: string, manifest: Manifest): Promise<void> {
  const program = await readProgramVersion(host, mysqld);
  const refuse = (seen: string, wanted: string, next: string) =>
    new FerryError({ failed: `starting ${mysqld}`, where: host.name, seen, wanted, next });
  if ("failure" in program) {
    throw refuse(program.failure, "a mysqld that says its release", "check gtid-ferry:mysqlBinDirectory");
  }
  const versions = [parseVersion(manifest.serverVersion), program.version] as const;
  const obstacle =
    dataObstacle(...versions) ?? (manifest.method === "clone" ? redoLogObstacle(...versions) : undefined);
  if (obstacle === undefined) return;
  throw refuse(
    obstacle,
    `a mysqld that can run on data of ${manifest.serverVersion}`,
    "give another mysqld (gtid-ferry:mysqlBinDirectory); the restored data stay as they are",
  );
}

/** Starts mysqld with the configuration that an earlier start has written. */
export async function startAgain(
  host: Host,
  request: LocalServerRequest,
  progress: Progress,
): Promise<ProcessIdentity> {
  const runDirectory = runDirectoryOf(request);
  const program = await mysqldProgram(host, request.mysqld, request.restore.volumeDirectory);
  progress(`${host.name}: starting ${request.mysqld} in ${runDirectory}, port ${request.target.port}`);
  return host.startDetached({
    argv: ["bash", "-c", NOTE_AND_BECOME, "mysqld", program, `--defaults-file=${runDirectory}/my.cnf`],
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

/** A server that an earlier run started and that noted itself, if it still runs. */
export async function findRunningServer(
  host: Host,
  request: Pick<LocalServerRequest, "restore">,
): Promise<ProcessIdentity | undefined> {
  const text = await host.readFile(`${runDirectoryOf(request)}/process.json`);
  if (text === undefined) return undefined;
  const noted = processSchema.parse(JSON.parse(text));
  return (await host.isRunning(noted)) ? noted : undefined;
}

/**
 * Waits until it answers. One that ends instead is an error with the last lines of its log, one that refuses the login an
 * error with the account that it takes for it.
 */
export async function awaitServer(
  host: Host,
  request: LocalServerRequest,
  process: ProcessIdentity,
  progress: Progress,
): Promise<ServerFacts> {
  const errorLog = `${runDirectoryOf(request)}/error.log`;
  const wait = {
    awaited: "mysqld answers",
    where: `target ${addressOf(request.target)}`,
    next: `read ${errorLog}`,
    timeoutSeconds: request.startTimeoutSeconds,
    progress,
  };
  return waitUntil(wait, async () => {
    try {
      return { done: await MysqlServer.with(request.target, "target", readServerFacts) };
    } catch (error) {
      if (isDefiniteRefusal(error)) throw await explainRefusal(request.target, request.source, error);
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
