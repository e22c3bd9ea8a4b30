export const STDOUT_LIMIT_BYTES = 16 * 1024 * 1024;
export const STDERR_LIMIT_BYTES = 64 * 1024;

/** A finished command: exit code and bounded output. */
export interface CommandResult {
  readonly exitCode: number;
  /** The last 16 MiB at most. */
  readonly stdout: string;
  /** The last 64 KiB at most. */
  readonly stderr: string;
}

export interface Command {
  /** Program and arguments; never passed through a shell, never holds a secret. */
  readonly argv: readonly [string, ...string[]];
  readonly timeoutSeconds: number;
  readonly stdin?: string;
}

/** A job that outlives its caller: its own session, its output in a file, its process id known. */
export interface DetachedJob {
  readonly argv: readonly [string, ...string[]];
  readonly workingDirectory: string;
  /** Appended to the host's own environment; secrets belong into files of mode 0600 instead. */
  readonly environment: Readonly<Record<string, string>>;
  /** Receives stdout and stderr. */
  readonly logPath: string;
}

/** One process, safe against reuse of its id. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks after boot at which the process started: field 22 of /proc/PID/stat. */
  readonly startTicks: string;
}

/** A machine that the engine runs commands on: this one (`LocalHost`), or one reached by SSH or SSM (`RemoteHost`). */
export interface Host {
  /** For messages. */
  readonly name: string;
  run(command: Command): Promise<CommandResult>;
  /** The text of a file, or undefined when there is none. */
  readFile(path: string): Promise<string | undefined>;
  /** Writes atomically (temporary file, then rename), with parent folders of mode 0700. `mode` is octal, e.g. 0o600. */
  writeFile(path: string, text: string, mode: number): Promise<void>;
  /** Removes a file or folder with all below it; nothing there is success. */
  remove(path: string): Promise<void>;
  startDetached(job: DetachedJob): Promise<ProcessIdentity>;
  isRunning(process: ProcessIdentity): Promise<boolean>;
  /** SIGTERM to the process group, SIGKILL after `graceSeconds`; a process that is gone is success. */
  stop(process: ProcessIdentity, graceSeconds: number): Promise<void>;
  /** Ends the connection; the host can still be used, and connects again then. */
  close(): Promise<void>;
}
