import { setTimeout as sleep } from "node:timers/promises";
import type { Progress } from "../operation/index.js";
import { ConnectionLostError } from "./connection-lost.js";
import type { Host } from "./host.js";

export interface PatienceOptions {
  /** For how long a connection may be lost. */
  readonly timeoutSeconds: number;
  /** Between two attempts. */
  readonly pauseSeconds: number;
  readonly progress: Progress;
}

/** What may be done again and again without doing anything twice. */
export type RepeatableHost = Pick<Host, "name" | "readFile" | "isRunning" | "stop">;

/** A host whose connection may be lost for a while: what is repeatable is tried until it is there again. */
export function patientHost(host: RepeatableHost, options: PatienceOptions): RepeatableHost {
  return {
    name: host.name,
    readFile: (path) => patiently(host.name, options, () => host.readFile(path)),
    isRunning: (process) => patiently(host.name, options, () => host.isRunning(process)),
    stop: (process, graceSeconds) => patiently(host.name, options, () => host.stop(process, graceSeconds)),
  };
}

async function patiently<T>(name: string, options: PatienceOptions, work: () => Promise<T>): Promise<T> {
  const { timeoutSeconds, pauseSeconds, progress } = options;
  let deadline: number | undefined;
  for (;;) {
    try {
      const result = await work();
      if (deadline !== undefined) progress(`${name} is there again`);
      return result;
    } catch (error) {
      if (!(error instanceof ConnectionLostError)) throw error;
      if (deadline === undefined)
        progress(`connection to ${name} lost, connecting again for up to ${timeoutSeconds} s`);
      deadline ??= Date.now() + timeoutSeconds * 1000;
      if (Date.now() >= deadline) throw error;
      await sleep(pauseSeconds * 1000);
    }
  }
}
