import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { constants, hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { BoundedText } from "./bounded-text.js";
import { cannotStart, tooSlow } from "./command-error.js";
import {
  type Command,
  type CommandResult,
  type DetachedJob,
  type Host,
  type ProcessIdentity,
  STDERR_LIMIT_BYTES,
  STDOUT_LIMIT_BYTES,
} from "./host.js";
import { parseProcessStat } from "./process-stat.js";

const STOP_POLL_MILLISECONDS = 50;

/** The machine that the engine itself runs on. */
export class LocalHost implements Host {
  readonly name = `this machine (${hostname()})`;

  /** A command that cannot be started or does not end in time is a FerryError; any exit code is a result. */
  run(command: Command): Promise<CommandResult> {
    const [program, ...args] = command.argv;
    return new Promise((resolve, reject) => {
      const child = spawn(program, args, { stdio: "pipe", detached: true });
      const stdout = new BoundedText(STDOUT_LIMIT_BYTES);
      const stderr = new BoundedText(STDERR_LIMIT_BYTES);
      let expired = false;
      const timer = setTimeout(() => {
        expired = true;
        signalGroup(child.pid, "SIGKILL");
        // What has left the group may hold them open for as long as it likes.
        child.stdout.destroy();
        child.stderr.destroy();
      }, command.timeoutSeconds * 1000);
      child.stdout.on("data", (chunk: Buffer) => stdout.add(chunk));
      child.stderr.on("data", (chunk: Buffer) => stderr.add(chunk));
      child.on("error", (error) => {
        clearTimeout(timer);
        reject(cannotStart(this.name, program, error.message, error));
      });
      child.on("close", (code, signal) => {
        clearTimeout(timer);
        if (expired) return reject(tooSlow(this.name, program, command.timeoutSeconds, stderr.toString()));
        const exitCode = code ?? (signal === null ? 1 : 128 + constants.signals[signal]);
        resolve({ exitCode, stdout: stdout.toString(), stderr: stderr.toString() });
      });
      // A command may end without reading its input; its exit code tells whether that is a failure.
      child.stdin.on("error", () => undefined);
      child.stdin.end(command.stdin ?? "");
    });
  }

  async readFile(path: string): Promise<string | undefined> {
    try {
      return await readFile(path, "utf8");
    } catch (error) {
      if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return undefined;
      throw error;
    }
  }

  async writeFile(path: string, text: string, mode: number): Promise<void> {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const temporary = `${path}.${randomUUID()}`;
    try {
      const file = await open(temporary, "wx", mode);
      try {
        // The umask may have taken bits away from `mode`.
        await file.chmod(mode);
        await file.writeFile(text);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  async remove(path: string): Promise<void> {
    await rm(path, { recursive: true, force: true });
  }

  async startDetached(job: DetachedJob): Promise<ProcessIdentity> {
    const [program, ...args] = job.argv;
    const log = await open(job.logPath, "a", 0o600);
    try {
      const child = spawn(program, args, {
        cwd: job.workingDirectory,
        detached: true,
        env: { ...process.env, ...job.environment },
        stdio: ["ignore", log.fd, log.fd],
      });
      const pid = await new Promise<number>((resolve, reject) => {
        child.once("error", (error) => reject(cannotStart(this.name, program, error.message, error)));
        child.once("spawn", () => resolve(child.pid ?? 0));
      });
      child.unref();
      // A job that has already ended leaves no start time; no process has this one.
      return { pid, startTicks: (await readStat(pid))?.startTicks ?? "ended" };
    } finally {
      await log.close();
    }
  }

  async isRunning(process: ProcessIdentity): Promise<boolean> {
    const stat = await readStat(process.pid);
    if (stat === undefined || stat.startTicks !== process.startTicks) return false;
    // The first thread of a killed process may be a zombie while others still hold its files and ports.
    return stat.state !== "Z" || stat.threads > 1;
  }

  async stop(process: ProcessIdentity, graceSeconds: number): Promise<void> {
    if (!(await this.isRunning(process))) return;
    signalGroup(process.pid, "SIGTERM");
    const deadline = Date.now() + graceSeconds * 1000;
    while (Date.now() < deadline) {
      if (!(await this.isRunning(process))) return;
      await sleep(STOP_POLL_MILLISECONDS);
    }
    signalGroup(process.pid, "SIGKILL");
    while (await this.isRunning(process)) await sleep(STOP_POLL_MILLISECONDS);
  }

  /** There is nothing to close. */
  async close(): Promise<void> {}
}

async function readStat(pid: number) {
  try {
    return parseProcessStat(await readFile(`/proc/${pid}/stat`, "utf8"));
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ESRCH") return undefined;
    throw error;
  }
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (codeOf(error) !== "ESRCH") throw error;
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
