import type { Host } from "../hosts/index.js";
import { addressOf, MysqlServer } from "../mysql/index.js";
import { FerryError, messageOf, type Progress } from "../operation/index.js";
import { isPrimaryByItself, readWitness } from "../topology/index.js";
import type { LocalServerRequest, LocalServerResult } from "./request.js";
import { awaitServer, findRunningServer, startAgain } from "./server-process.js";

/** mysqld flushes its buffer pool at the end. */
const STOP_GRACE_SECONDS = 120;

/**
 * Stops the server and removes its data, but never the primary's: then both stay, and a server that was down runs
 * again. Only the data know whether they are the primary's, so a server that is down is started to be asked.
 */
export async function removeLocalServer(
  host: Host,
  request: LocalServerRequest,
  known: LocalServerResult,
  progress: Progress,
): Promise<void> {
  const where = `target ${addressOf(request.target)}`;
  // One that never answered never was the primary.
  const mayBePrimary = known.serverUuid !== "" && (await hasData(host, known));
  if (mayBePrimary && (await isPrimary(host, request, known, progress))) {
    progress(`${where}: it is the primary, so it stays, with its data`);
    return;
  }
  progress(`${host.name}: stopping the target and removing ${request.restore.volumeDirectory}`);
  const process = (await findRunningServer(host, request)) ?? known.process;
  await host.stop(process, STOP_GRACE_SECONDS);
  if (await host.isRunning(process)) {
    throw new FerryError({
      failed: "stopping the target",
      where: host.name,
      seen: `process ${process.pid} still runs`,
      wanted: "no process on data that is about to be removed",
      next: "look at that process, then run again",
    });
  }
  await host.remove(request.restore.volumeDirectory);
}

async function hasData(host: Host, known: LocalServerResult): Promise<boolean> {
  const { exitCode } = await host.run({ argv: ["test", "-d", known.dataDirectory], timeoutSeconds: 30 });
  return exitCode === 0;
}

/** By its own journal: the newest switchover that it knows of made it the primary. */
async function isPrimary(
  host: Host,
  request: LocalServerRequest,
  known: LocalServerResult,
  progress: Progress,
): Promise<boolean> {
  try {
    const running = (await host.isRunning(known.process)) ? known.process : await findRunningServer(host, request);
    const process = running ?? (await startAgain(host, request, progress));
    await awaitServer(host, request, process, progress);
    return await MysqlServer.with(request.target, "target", async (server) => {
      return isPrimaryByItself(await readWitness(server, "target"));
    });
  } catch (error) {
    throw new FerryError(
      {
        failed: "asking the target whether it is the primary, before its data are removed,",
        where: `target ${addressOf(request.target)}`,
        seen: messageOf(error),
        wanted: "a server that answers",
        next: `let it start; if its data are of no use any more, remove ${request.restore.volumeDirectory} yourself, then run again`,
      },
      { cause: error },
    );
  }
}
