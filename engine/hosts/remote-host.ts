import { randomUUID } from "node:crypto";
import { FerryError } from "../operation/index.js";
import { cannotStart, tooSlow } from "./command-error.js";
import type { Command, CommandResult, DetachedJob, Host, ProcessIdentity } from "./host.js";
import { parseProcessStat } from "./process-stat.js";
import {
  NO_FILE_EXIT_CODE,
  NO_PROGRAM,
  readScript,
  removeScript,
  runScript,
  startScript,
  statScript,
  stopScript,
  withTimeout,
  writeScript,
} from "./remote-scripts.js";
import type { RemoteShell } from "./remote-shell.js";

/** Of what is not a user's own command. */
const TIMEOUT_SECONDS = 60;
/** 128 + SIGKILL, by which `timeout` ends what is too slow. */
const KILLED_EXIT_CODE = 137;

/** Another machine, of which nothing but a POSIX shell is needed. Reads, writes and stops survive a lost connection. */
export class RemoteHost implements Host {
  readonly name: string;

  constructor(private readonly shell: RemoteShell) {
    this.name = shell.name;
  }

  /** A command that cannot be started or does not end in time is a FerryError; any exit code is a result. */
  async run({ argv, timeoutSeconds, stdin }: Command): Promise<CommandResult> {
    const [program] = argv;
    const result = await this.execute(program, runScript(argv), timeoutSeconds, false, stdin);
    if (lacksProgram(result)) throw cannotStart(this.name, program, `there is no ${program}`);
    return result;
  }

  async readFile(path: string): Promise<string | undefined> {
    const result = await this.execute("cat", readScript(path), TIMEOUT_SECONDS, true);
    return result.exitCode === NO_FILE_EXIT_CODE ? undefined : this.succeeded(`reading ${path}`, result);
  }

  async writeFile(path: string, text: string, mode: number): Promise<void> {
    const script = writeScript(path, Buffer.byteLength(text), mode, randomUUID());
    this.succeeded(`writing ${path}`, await this.execute("cat", script, TIMEOUT_SECONDS, true, text));
  }

  async remove(path: string): Promise<void> {
    this.succeeded(`removing ${path}`, await this.execute("rm", removeScript(path), TIMEOUT_SECONDS, true));
  }

  async startDetached(job: DetachedJob): Promise<ProcessIdentity> {
    const [program] = job.argv;
    const script = startScript(job, `gtid-ferry-${randomUUID()}`);
    const result = await this.execute(program, script, TIMEOUT_SECONDS, false);
    if (lacksProgram(result)) throw cannotStart(this.name, program, `there is no ${program}`);
    const [pid = "", ...stat] = this.succeeded(`starting ${program}`, result).split("\n");
    // A job that has already ended leaves no start time; no process has this one.
    return { pid: Number(pid), startTicks: parseProcessStat(stat.join("\n"))?.startTicks ?? "ended" };
  }

  async isRunning({ pid, startTicks }: ProcessIdentity): Promise<boolean> {
    const result = await this.execute("cat", statScript(pid), TIMEOUT_SECONDS, true);
    const stat = parseProcessStat(this.succeeded(`looking at process ${pid}`, result));
    if (stat === undefined || stat.startTicks !== startTicks) return false;
    // The first thread of a killed process may be a zombie while others still hold its files and ports.
    return stat.state !== "Z" || stat.threads > 1;
  }

  async stop(process: ProcessIdentity, graceSeconds: number): Promise<void> {
    const script = stopScript(process, graceSeconds);
    const result = await this.execute("kill", script, graceSeconds + TIMEOUT_SECONDS, true);
    this.succeeded(`stopping process ${process.pid}`, result);
  }

  close(): Promise<void> {
    return this.shell.close();
  }

  private async execute(
    program: string,
    script: string,
    timeoutSeconds: number,
    repeatable: boolean,
    stdin = "",
  ): Promise<CommandResult> {
    const start = Date.now();
    const result = await this.shell.execute(withTimeout(script, timeoutSeconds), { timeoutSeconds, repeatable, stdin });
    const expired = result.exitCode === KILLED_EXIT_CODE && Date.now() - start >= timeoutSeconds * 1000;
    if (expired) throw tooSlow(this.name, program, timeoutSeconds, result.stderr);
    return result;
  }

  private succeeded(failed: string, { exitCode, stdout, stderr }: CommandResult): string {
    if (exitCode === 0) return stdout;
    throw new FerryError({
      failed,
      where: this.name,
      seen: `exit code ${exitCode}: ${stderr.trim().slice(-2000)}`,
      wanted: "exit code 0",
      next: "check path, rights and free space on the host",
    });
  }
}

function lacksProgram({ exitCode, stderr }: CommandResult): boolean {
  return exitCode === 127 && stderr.trim() === NO_PROGRAM;
}
