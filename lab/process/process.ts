import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "@gtid-ferry/engine/operation";

/** One process, safe against reuse of its id. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks after boot at which the process started: field 22 of /proc/PID/stat. */
  readonly startTicks: string;
}

export interface DetachedProgram {
  readonly argv: readonly [string, ...string[]];
  readonly workingDirectory: string;
  /** Added to this process's environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Receives stdout and stderr, after what it already holds. */
  readonly logPath: string;
}

/** Starts a program in a session of its own, so that it outlives its starter. */
export async function startDetached(program: DetachedProgram): Promise<ProcessIdentity> {
  const [command, ...commandArguments] = program.argv;
  const log = openSync(program.logPath, "a", 0o600);
  try {
    const child = spawn(command, commandArguments, {
      cwd: program.workingDirectory,
      env: { ...process.env, ...program.environment },
      detached: true,
      stdio: ["ignore", log, log],
    });
    const pid = await new Promise<number>((started, failed) => {
      child.once("error", failed);
      child.once("spawn", () => (child.pid === undefined ? failed(new Error("no process id")) : started(child.pid)));
    });
    child.unref();
    // A program that is gone already is reported by whoever waits for it to work.
    return identify(pid);
  } finally {
    closeSync(log);
  }
}

export function identify(pid: number): ProcessIdentity {
  return { pid, startTicks: lookAt(pid)?.startTicks ?? "gone" };
}

export function isRunning(process: ProcessIdentity): boolean {
  const found = lookAt(process.pid);
  if (found === undefined || found.startTicks !== process.startTicks) return false;
  // The first thread of a killed process may be a zombie while others still hold its files and ports.
  return found.state !== "Z" || found.threads > 1;
}

/** SIGTERM to the process group, SIGKILL after `graceSeconds`; a process that is gone is success. */
export async function stopProcess(process: ProcessIdentity, graceSeconds: number): Promise<void> {
  signalGroup(process, "SIGTERM");
  if (await endsWithin(process, graceSeconds)) return;
  await killProcess(process);
}

/** SIGKILL to the process group, and seen to be gone. */
export async function killProcess(process: ProcessIdentity): Promise<void> {
  signalGroup(process, "SIGKILL");
  if (!(await endsWithin(process, 30))) throw new Error(`process ${process.pid} survived SIGKILL`);
}

async function endsWithin(process: ProcessIdentity, seconds: number): Promise<boolean> {
  const deadline = Date.now() + seconds * 1000;
  while (isRunning(process)) {
    if (Date.now() >= deadline) return false;
    await sleep(20);
  }
  return true;
}

function signalGroup({ pid, startTicks }: ProcessIdentity, signal: NodeJS.Signals): void {
  if (!isRunning({ pid, startTicks })) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (isRunning({ pid, startTicks })) throw new Error(`${signal} to ${pid}: ${messageOf(error)}`, { cause: error });
  }
}

interface Seen {
  readonly state: string;
  readonly threads: number;
  readonly startTicks: string;
}

function lookAt(pid: number): Seen | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ESRCH") return undefined;
    throw error;
  }
}

/** Reads one line of /proc/PID/stat; the program's name in parentheses may itself hold spaces and parentheses. */
export function parseStat(text: string): Seen {
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, threads, startTicks] = [fields[0], fields[17], fields[19]];
  if (state === undefined || threads === undefined || startTicks === undefined)
    throw new Error(`not a line of /proc/PID/stat: ${text}`);
  return { state, threads: Number(threads), startTicks };
}
