import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import type { Progress } from "@gtid-ferry/engine/operation";

export interface ToolRun {
  /** undefined when the program could not be started or was killed. */
  readonly exitCode: number | undefined;
  /** How it ended, in words: "exit code 1", "killed by SIGTERM", "not found". */
  readonly ended: string;
  /** The last lines of stdout and stderr together, at most 40. */
  readonly lastLines: readonly string[];
}

export interface ToolOptions {
  readonly timeoutSeconds: number;
  readonly workingDirectory?: string;
  /** Added to this process's environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Receives all output, after what it already holds. */
  readonly logPath?: string;
  readonly onLine?: Progress;
}

/** Runs a program to its end; how it ended is in the result, only a programming error throws. */
export async function runTool(argv: readonly [string, ...string[]], options: ToolOptions): Promise<ToolRun> {
  if (options.logPath !== undefined) await mkdir(dirname(options.logPath), { recursive: true });
  const log = options.logPath === undefined ? undefined : createWriteStream(options.logPath, { flags: "a" });
  log?.write(`$ ${argv.join(" ")}\n`);
  const lastLines: string[] = [];
  const onLine = (line: string): void => {
    log?.write(`${line}\n`);
    lastLines.push(line);
    if (lastLines.length > 40) lastLines.shift();
    options.onLine?.(line);
  };
  try {
    const end = await spawnAndWait(argv, options, onLine);
    return { ...end, lastLines };
  } finally {
    await new Promise<void>((closed) => (log === undefined ? closed() : log.end(closed)));
  }
}

function spawnAndWait(
  [command, ...commandArguments]: readonly [string, ...string[]],
  options: ToolOptions,
  onLine: Progress,
): Promise<Pick<ToolRun, "exitCode" | "ended">> {
  return new Promise((settle) => {
    const child = spawn(command, commandArguments, {
      cwd: options.workingDirectory,
      env: { ...process.env, ...options.environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on("line", onLine);
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill("SIGKILL");
      // A grandchild may hold the pipes open for as long as it likes.
      child.stdout.destroy();
      child.stderr.destroy();
    }, options.timeoutSeconds * 1000);
    child.on("error", (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      settle({ exitCode: undefined, ended: error.code === "ENOENT" ? "not found" : error.message });
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      if (timedOut) settle({ exitCode: undefined, ended: `stopped after ${options.timeoutSeconds} s` });
      else if (code === null) settle({ exitCode: undefined, ended: `killed by ${signal}` });
      else settle({ exitCode: code, ended: `exit code ${code}` });
    });
  });
}

/** Passes a line on, cut to the width of a terminal, at most once in `seconds`: for tools that print hundreds. */
export function throttled(progress: Progress, seconds: number): Progress {
  let next = 0;
  return (line) => {
    if (Date.now() < next) return;
    next = Date.now() + seconds * 1000;
    progress(line.length > 100 ? `${line.slice(0, 99)}…` : line);
  };
}
