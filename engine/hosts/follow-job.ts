import { setTimeout as sleep } from "node:timers/promises";
import { FerryError, type Progress } from "../operation/index.js";
import type { Host, ProcessIdentity } from "./host.js";
import { describeProgress } from "./job-progress.js";
import { type JobStatus, parseJobStatus, processOf, secondsOf } from "./job-status.js";
import { patientHost, type RepeatableHost } from "./patient-host.js";

const LOG_TAIL_CHARACTERS = 3000;

export interface FollowOptions {
  /** What the job does, for progress and errors, e.g. `backup 2026-01-31`. */
  readonly title: string;
  /** Holds status.json and log. */
  readonly directory: string;
  /** Of the whole job, from its own start. */
  readonly timeoutSeconds: number;
  /** How long a stage that counts bytes may count none. */
  readonly stallTimeoutSeconds: number;
  /** How long a job that is told to stop may clean up before it is killed. @default 60 */
  readonly stopGraceSeconds?: number;
  /** @default 1 */
  readonly pollSeconds?: number;
  /** For how long the host may be out of reach, while the job goes on there. @default 300 */
  readonly connectionLossTimeoutSeconds?: number;
  /** Seconds between two lines of progress within a stage. @default 5 */
  readonly progressIntervalSeconds?: number;
  /** Never shown, whatever a tool may print. */
  readonly secrets: readonly string[];
}

/** A job ended without telling how: it was killed, or stopped because it took too long. Its leftovers are still there. */
export class JobLostError extends FerryError {}

/** The status of a job, or undefined when none was ever started there. */
export async function readJobStatus(host: Pick<Host, "readFile">, directory: string): Promise<JobStatus | undefined> {
  const text = await host.readFile(`${directory}/status.json`);
  return text === undefined ? undefined : parseJobStatus(text);
}

/** Whether the job of this directory goes on at this moment. */
export async function isJobRunning(host: Host, status: JobStatus | undefined): Promise<boolean> {
  return status?.state === "running" && (await host.isRunning(processOf(status)));
}

/**
 * Follows a detached job to its end, from wherever it is, and gives its final status. `started` is the process that the
 * caller has just started, if any. A FerryError when the job failed, a JobLostError when it was killed or too slow, a
 * ConnectionLostError when the host is out of reach for too long: then the job may go on.
 */
export async function followJob(
  remote: RepeatableHost,
  options: FollowOptions,
  progress: Progress,
  started?: ProcessIdentity,
): Promise<JobStatus> {
  const pollSeconds = options.pollSeconds ?? 1;
  const host = patientHost(remote, {
    timeoutSeconds: options.connectionLossTimeoutSeconds ?? 300,
    pauseSeconds: pollSeconds,
    progress: (line) => progress(`${options.title}: ${line}`),
  });
  const reporter = new Reporter(options, progress);
  for (;;) {
    const status = await readJobStatus(host, options.directory);
    const identity = status === undefined ? started : processOf(status);
    if (status !== undefined && status.state !== "running") {
      await untilGone(host, processOf(status));
      if (status.state !== "completed") throw await failed(host, options, status);
      progress(`${options.title}: done in ${secondsOf(status).toFixed(1)} s`);
      return status;
    }
    if (identity === undefined || !(await host.isRunning(identity))) {
      // It may have written its last status between the two looks.
      const last = await readJobStatus(host, options.directory);
      if (last?.state === "running" || last === undefined) throw await died(host, options, last);
      continue;
    }
    const overdue = reporter.look(status);
    if (overdue !== undefined) {
      await host.stop(identity, options.stopGraceSeconds ?? 60);
      throw await stopped(host, options, overdue);
    }
    await sleep(pollSeconds * 1000);
  }
}

/** A job's process outlives its last report by a moment; nobody should start the next one beside it. */
async function untilGone(host: RepeatableHost, process: ProcessIdentity): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (Date.now() < deadline && (await host.isRunning(process))) await sleep(20);
}

/** Turns statuses into lines of progress and notices when the job takes too long. */
class Reporter {
  private first: JobStatus | undefined;
  private lastBytes: number | null = null;
  private lastMovement = Date.now();
  private lastLine = 0;
  private readonly beginning = Date.now();

  constructor(
    private readonly options: FollowOptions,
    private readonly progress: Progress,
  ) {}

  /** What is wrong with the job's pace, if anything. */
  look(status: JobStatus | undefined): string | undefined {
    const now = Date.now();
    const { timeoutSeconds, stallTimeoutSeconds } = this.options;
    const ownClock = status === undefined ? 0 : Date.parse(status.updatedAt) - Date.parse(status.startedAt);
    if (Math.max(ownClock, now - this.beginning) > timeoutSeconds * 1000) {
      return `${status === undefined ? "no report" : `stage ${status.stage}`} and no end after ${timeoutSeconds} s`;
    }
    if (status === undefined) return undefined;
    const entered = this.first?.stage !== status.stage;
    if (entered || this.first === undefined) this.first = status;
    if (entered || status.doneBytes === null || status.doneBytes !== this.lastBytes) this.lastMovement = now;
    this.lastBytes = status.doneBytes;
    if (entered || now - this.lastLine >= (this.options.progressIntervalSeconds ?? 5) * 1000) {
      this.lastLine = now;
      this.progress(describeProgress(this.options.title, this.first, status));
    }
    if (now - this.lastMovement > stallTimeoutSeconds * 1000) {
      return `not one byte in stage ${status.stage} for ${stallTimeoutSeconds} s`;
    }
    return undefined;
  }
}

async function failed(host: RepeatableHost, options: FollowOptions, status: JobStatus): Promise<FerryError> {
  const codes = Object.entries(status.exitCodes).map(([member, code]) => `${member} ${code}`);
  const exitCodes = codes.length === 0 ? "" : ` (exit codes: ${codes.join(", ")})`;
  return new FerryError({
    failed: options.title,
    where: `${host.name}, job ${options.directory}`,
    seen: redact(`stage ${status.stage}: ${status.message}${exitCodes}`, options.secrets),
    wanted: "every stage to succeed",
    next: redact(status.advice, options.secrets),
  });
}

async function died(host: RepeatableHost, options: FollowOptions, last: JobStatus | undefined): Promise<JobLostError> {
  const stage = last === undefined ? "before its first report" : `in stage ${last.stage}`;
  return new JobLostError({
    failed: options.title,
    where: `${host.name}, job ${options.directory}`,
    seen: `its process ended ${stage} without a result: it was killed, or the machine restarted. ${await logTail(host, options)}`,
    wanted: "the job to run to its end",
    next: "look whether the machine ran out of memory (dmesg), then run again: it starts afresh",
  });
}

async function stopped(host: RepeatableHost, options: FollowOptions, overdue: string): Promise<JobLostError> {
  return new JobLostError({
    failed: options.title,
    where: `${host.name}, job ${options.directory}`,
    seen: `${overdue}, so it was stopped. ${await logTail(host, options)}`,
    wanted: `an end within ${options.timeoutSeconds} s and progress at least every ${options.stallTimeoutSeconds} s`,
    next: "look for what was slow, or raise timeoutSeconds or stallTimeoutSeconds, then run again",
  });
}

async function logTail(host: RepeatableHost, options: FollowOptions): Promise<string> {
  const log = await host.readFile(`${options.directory}/log`);
  if (log === undefined || log.trim() === "") return "It left no log.";
  return `End of its log: ${redact(log.trimEnd().slice(-LOG_TAIL_CHARACTERS), options.secrets)}`;
}

/** Takes secrets out of a text. */
export function redact(text: string, secrets: readonly string[]): string {
  return secrets.filter((secret) => secret !== "").reduce((shown, secret) => shown.replaceAll(secret, "***"), text);
}
