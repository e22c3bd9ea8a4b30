import { setTimeout as sleep } from "node:timers/promises";
import { FerryError, messageOf } from "@gtid-ferry/engine/operation";
import { lastLines } from "../last-lines.js";
import { isRunning, killProcess, type ProcessIdentity, startDetached } from "../process/index.js";
import { queryAsRoot } from "./root-connection.js";

export interface Launch {
  readonly mysqld: string;
  readonly configurationFile: string;
  readonly directory: string;
  readonly socket: string;
  readonly errorLog: string;
  /** Command-line options after the configuration file. */
  readonly extraOptions?: readonly string[];
  readonly timeoutSeconds: number;
  /** Comes before the command: what puts it into a network namespace. */
  readonly prefix?: readonly string[];
}

/** Starts mysqld detached and waits until it answers; a server that dies or hangs is an error with its last words. */
export async function launchMysqld(
  launch: Launch,
  onStart: (process: ProcessIdentity) => void,
): Promise<ProcessIdentity> {
  const options = [`--defaults-file=${launch.configurationFile}`, ...(launch.extraOptions ?? [])];
  const [program = launch.mysqld, ...rest] = [...(launch.prefix ?? []), launch.mysqld, ...options];
  const process = await startDetached({
    argv: [program, ...rest],
    workingDirectory: launch.directory,
    logPath: launch.errorLog,
  });
  onStart(process);
  const deadline = Date.now() + launch.timeoutSeconds * 1000;
  for (;;) {
    const seen = await tryQuery(launch.socket);
    if (seen === undefined && isRunning(process)) return process;
    if (!isRunning(process)) throw await launchError(launch, "it ended");
    if (Date.now() >= deadline) {
      await killProcess(process);
      throw await launchError(launch, `no answer after ${launch.timeoutSeconds} s (${seen})`);
    }
    await sleep(50);
  }
}

async function tryQuery(socket: string): Promise<string | undefined> {
  try {
    await queryAsRoot(socket, "SELECT 1");
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

async function launchError(launch: Launch, seen: string): Promise<FerryError> {
  return new FerryError({
    failed: "starting mysqld",
    where: launch.directory,
    seen: `${seen}; the end of ${launch.errorLog}:\n${await lastLines(launch.errorLog, 15)}`,
    wanted: "a server that answers on its socket",
    next: "mend what the log names, then start it again",
  });
}
