import { mkdir } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { FerryError, type Look, silent, waitUntil } from "@gtid-ferry/engine/operation";
import { lastLines } from "../last-lines.js";
import { forgetProcess, isRunning, killProcess, readProcess, stopProcess, writeProcess } from "../process/index.js";
import { type ComponentName, componentNames } from "./component-commands.js";
import type { ClusterLayout } from "./layout.js";
import { type Sandbox, startInside } from "./sandbox.js";

/** One program of the cluster, known by its folder. */
export interface Component {
  readonly name: ComponentName;
  readonly command: readonly [string, ...string[]];
  /** Come first on its PATH. */
  readonly pathDirectories: readonly string[];
}

/** Starts it unless it runs. */
export async function startComponent(layout: ClusterLayout, sandbox: Sandbox, component: Component): Promise<void> {
  const { name, command, pathDirectories } = component;
  if (isComponentRunning(layout, name)) return;
  const folder = join(layout.components, name);
  await mkdir(folder, { recursive: true });
  const search = [...pathDirectories, "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];
  const environment = { PATH: search.join(delimiter), NO_PROXY: "*", no_proxy: "*" };
  const process = await startInside(sandbox, { argv: command, environment, logPath: logPath(layout, name) });
  writeProcess(folder, process);
}

export function isComponentRunning(layout: ClusterLayout, name: ComponentName): boolean {
  const process = readProcess(join(layout.components, name));
  return process !== undefined && isRunning(process);
}

/** SIGTERM, and SIGKILL after 20 seconds; its not running is success. */
export async function stopComponent(layout: ClusterLayout, name: ComponentName): Promise<void> {
  await endComponent(layout, name, (process) => stopProcess(process, 20));
}

/** As a crash. */
export async function killComponent(layout: ClusterLayout, name: ComponentName): Promise<void> {
  await endComponent(layout, name, killProcess);
}

/** Waits for what `look` sees; a component that ends meanwhile is an error with its last words. */
export async function waitForCluster<T>(
  layout: ClusterLayout,
  awaited: string,
  look: () => Promise<Look<T>>,
): Promise<T> {
  const next = `read the logs in ${layout.logs}`;
  return await waitUntil(
    { awaited, where: layout.directory, next, timeoutSeconds: 120, intervalSeconds: 0.2, progress: silent },
    async () => {
      await refuseEnded(layout);
      return look();
    },
  );
}

async function refuseEnded(layout: ClusterLayout): Promise<void> {
  for (const name of componentNames) {
    if (readProcess(join(layout.components, name)) === undefined || isComponentRunning(layout, name)) continue;
    const log = logPath(layout, name);
    throw new FerryError({
      failed: `starting ${name}`,
      where: layout.directory,
      seen: `it ended; the end of ${log}:\n${await lastLines(log, 10)}`,
      wanted: `${name} running`,
      next: "mend what the log names, then start the cluster again",
    });
  }
}

async function endComponent(layout: ClusterLayout, name: ComponentName, end: typeof killProcess): Promise<void> {
  const folder = join(layout.components, name);
  const process = readProcess(folder);
  if (process !== undefined) await end(process);
  forgetProcess(folder);
}

function logPath({ logs }: ClusterLayout, name: ComponentName): string {
  return join(logs, `${name}.log`);
}
