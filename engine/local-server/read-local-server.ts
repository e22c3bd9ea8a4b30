import type { Host } from "../hosts/index.js";
import { MysqlServer, readServerFacts } from "../mysql/index.js";
import { FerryError, type Progress } from "../operation/index.js";
import type { LocalServerRequest, LocalServerResult } from "./ensure-local-server.js";

/** Process and identity as they are now; undefined when the data is gone. Writes nothing. */
export async function readLocalServer(
  host: Host,
  request: LocalServerRequest,
  known: LocalServerResult,
): Promise<LocalServerResult | undefined> {
  const { exitCode } = await host.run({ argv: ["test", "-d", known.dataDirectory], timeoutSeconds: 30 });
  if (exitCode !== 0) return undefined;
  if (!(await host.isRunning(known.process))) return { ...known, running: false };
  const facts = await MysqlServer.with(request.target, "target", readServerFacts);
  return { ...known, serverUuid: facts.serverUuid, version: facts.version.text, running: true };
}

/**
 * Stops the server and removes its data, but never those of a server that accepts writes: that is the primary, and
 * then both stay.
 */
export async function removeLocalServer(
  host: Host,
  request: LocalServerRequest,
  known: LocalServerResult,
  progress: Progress,
): Promise<void> {
  const isRunning = await host.isRunning(known.process);
  if (isRunning && (await acceptsWrites(request))) {
    progress(`target ${request.target.host}:${request.target.port} is the primary: it stays, with its data`);
    return;
  }
  progress(`${host.name}: stopping the target and removing ${request.restore.volumeDirectory}`);
  await host.stop(known.process, STOP_GRACE_SECONDS);
  if (await host.isRunning(known.process)) {
    throw new FerryError({
      failed: "stopping the target",
      where: host.name,
      seen: `process ${known.process.pid} still runs`,
      wanted: "no process on data that is about to be removed",
      next: "look at that process, then run again",
    });
  }
  await host.remove(request.restore.volumeDirectory);
}

/** mysqld flushes its buffer pool at the end. */
const STOP_GRACE_SECONDS = 120;

async function acceptsWrites(request: LocalServerRequest): Promise<boolean> {
  return MysqlServer.with(request.target, "target", async (server) => !(await readServerFacts(server)).superReadOnly);
}
