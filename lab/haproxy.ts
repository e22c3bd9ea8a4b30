import { mkdir, readFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { FerryError } from "@gtid-ferry/engine/operation";
import type { RouteOptions } from "@gtid-ferry/engine/traffic";
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

export interface HaproxyRequest {
  /** Holds configuration, runtime socket, log and process record. */
  readonly directory: string;
  /** Where applications connect. @default a free port */
  readonly port?: number;
  /** Ports of the two servers; connections go to the source until a route leads elsewhere. */
  readonly backends: { readonly source: number; readonly target: number };
}

export interface LabHaproxy {
  readonly port: number;
  /** How the migration switches it. */
  readonly route: Extract<RouteOptions, { kind: "haproxy" }>;
}

const START_TIMEOUT_SECONDS = 10;
const STOP_GRACE_SECONDS = 10;

/** Starts HAProxy before two servers, or finds it running in that directory, wherever it leads by now. */
export async function startHaproxy(haproxy: string, request: HaproxyRequest): Promise<LabHaproxy> {
  const { directory } = request;
  const route = {
    kind: "haproxy",
    socket: join(directory, "admin.sock"),
    frontend: "applications",
    backend: "mysql",
    servers: { source: "source", target: "target" },
    timeoutSeconds: 2,
  } as const;
  const configuration = join(directory, "haproxy.cfg");
  const known = readProcess(directory);
  if (known?.port !== undefined && isRunning(known)) {
    const wanted = configurationText(request.port ?? known.port, route.socket, request.backends);
    if ((await readFile(configuration, "utf8")) !== wanted) throw otherRequest(directory);
    return { port: known.port, route };
  }
  const port = request.port ?? (await findFreePort());
  await requireFreePort(port, "HAProxy");
  await mkdir(directory, { recursive: true });
  await writeFile(configuration, configurationText(port, route.socket, request.backends));
  const logPath = join(directory, "haproxy.log");
  const process = await startDetached({ argv: [haproxy, "-f", configuration], workingDirectory: directory, logPath });
  writeProcess(directory, { ...process, port });
  await awaitListening(port, () => isRunning(process), logPath).catch(async (error: unknown) => {
    await killProcess(process);
    forgetProcess(directory);
    throw error;
  });
  return { port, route };
}

/** Ends it and every connection through it; one that does not run is success. */
export async function stopHaproxy(directory: string): Promise<void> {
  const known = readProcess(directory);
  if (known !== undefined) await stopProcess(known, STOP_GRACE_SECONDS);
  forgetProcess(directory);
}

function otherRequest(directory: string): FerryError {
  return new FerryError({
    failed: "starting HAProxy",
    where: directory,
    seen: "it runs already, with other ports",
    wanted: "the ports that were asked for",
    next: "stop it first, or use the ports that it has (haproxy.cfg)",
  });
}

/** The least that a route needs: TCP, an administrator's socket, and a backlog in which held connections wait. */
function configurationText(port: number, socket: string, backends: HaproxyRequest["backends"]): string {
  return `global
  maxconn 4000
  stats socket ${socket} mode 600 level admin

defaults
  mode tcp
  timeout connect 5s
  timeout client 8h
  timeout server 8h

frontend applications
  bind ${LAB_HOST}:${port} backlog 4096
  default_backend mysql

backend mysql
  server source ${LAB_HOST}:${backends.source}
  server target ${LAB_HOST}:${backends.target} disabled
`;
}

async function awaitListening(port: number, runs: () => boolean, logPath: string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_SECONDS * 1000;
  while (!(await answers(port))) {
    if (!runs() || Date.now() >= deadline) {
      throw new FerryError({
        failed: "starting HAProxy",
        where: `${LAB_HOST}:${port}`,
        seen: `${runs() ? "nobody listens" : "it ended"}; the end of ${logPath}:\n${await lastLines(logPath, 10)}`,
        wanted: "a proxy that listens",
        next: "mend what the log names, then start it again",
      });
    }
    await sleep(20);
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((settle) => {
    const probe = connect(port, LAB_HOST);
    probe.once("connect", () => settle(true)).once("error", () => settle(false));
    probe.once("connect", () => probe.destroy());
  });
}
