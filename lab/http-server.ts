import { mkdir } from "node:fs/promises";
import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { FerryError } from "@gtid-ferry/engine/operation";
import { LAB_HOST } from "./defaults.js";
import { lastLines } from "./last-lines.js";
import {
  findFreePort,
  forgetProcess,
  isRunning,
  killProcess,
  readProcess,
  requireFreePort,
  startDetached,
  stopProcess,
  writeProcess,
} from "./process/index.js";

export interface HttpServerRequest {
  /** What users know it by, e.g. "S3". */
  readonly title: string;
  /** Holds the process record and the log. */
  readonly directory: string;
  /** @default 127.0.0.1 */
  readonly host?: string;
  /** @default a free port */
  readonly port?: number;
  readonly argv: (host: string, port: number) => readonly [string, ...string[]];
  readonly logPath: string;
  /** Answers with success once the server can be used. */
  readonly healthPath: string;
  readonly startTimeoutSeconds: number;
  /** Done once, as soon as a newly started server answers; one for which it fails is ended. */
  readonly prepare?: (endpoint: string) => Promise<void>;
}

/** Starts an HTTP server, or finds it running in that directory; gives where it answers. */
export async function startHttpServer(request: HttpServerRequest): Promise<string> {
  const { title, directory, host = LAB_HOST, logPath } = request;
  const known = readProcess(directory);
  if (known !== undefined && isRunning(known)) {
    if (known.port === undefined) throw new Error(`${directory}/process.json names no port`);
    requirePort(request, known.port);
    return `http://${host}:${known.port}`;
  }
  const port = request.port ?? (await findFreePort());
  await mkdir(directory, { recursive: true });
  await requireFreePort(port, `${title} ${basename(directory)}`);
  const process = await startDetached({ argv: request.argv(host, port), workingDirectory: directory, logPath });
  writeProcess(directory, { ...process, port });
  const endpoint = `http://${host}:${port}`;
  try {
    await waitForAnswer(request, endpoint, () => isRunning(process));
    await request.prepare?.(endpoint);
  } catch (error) {
    await killProcess(process);
    throw error;
  }
  return endpoint;
}

/** Nothing running there is success. */
export async function stopHttpServer(directory: string): Promise<void> {
  const process = readProcess(directory);
  if (process !== undefined) await stopProcess(process, 10);
  forgetProcess(directory);
}

export function isHttpServerRunning(directory: string): boolean {
  const process = readProcess(directory);
  return process !== undefined && isRunning(process);
}

function requirePort({ title, directory, port: wanted }: HttpServerRequest, port: number): void {
  if (wanted === undefined || port === wanted) return;
  throw new FerryError({
    failed: `starting ${title}`,
    where: directory,
    seen: `it runs already, on port ${port}`,
    wanted: `port ${wanted}`,
    next: "stop it first, or use the port that it has",
  });
}

async function waitForAnswer(request: HttpServerRequest, endpoint: string, runs: () => boolean): Promise<void> {
  const { title, logPath, healthPath, startTimeoutSeconds } = request;
  const deadline = Date.now() + startTimeoutSeconds * 1000;
  while (!(await answers(`${endpoint}${healthPath}`))) {
    const seen = runs() ? `no answer after ${startTimeoutSeconds} s` : "it ended";
    if (!runs() || Date.now() >= deadline) {
      throw new FerryError({
        failed: `starting ${title}`,
        where: endpoint,
        seen: `${seen}; the end of ${logPath}:\n${await lastLines(logPath, 10)}`,
        wanted: "a server that answers",
        next: "mend what the log names, then start it again",
      });
    }
    await sleep(100);
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    // Nobody listens yet; the caller knows how long that may last.
    return false;
  }
}
