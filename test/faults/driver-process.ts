import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import type { SwitchoverReport, SwitchoverRequest, SwitchoverStep } from "@gtid-ferry/engine/switchover";
import type { RouteOptions } from "@gtid-ferry/engine/traffic";

/** What a driver is to do, as it stands in a file that nobody else may read. */
export interface DriverOrder {
  readonly request: SwitchoverRequest;
  readonly routes: readonly RouteOptions[];
  /** The step at whose beginning it waits, the first time that it comes there. */
  readonly holdAt?: SwitchoverStep;
}

export interface DriverEnd {
  readonly succeeded: boolean;
  readonly message: string;
  readonly report?: SwitchoverReport | undefined;
}

const EXIT_MILLISECONDS = 10_000;
const PROGRAM = join(__dirname, "driver.ts");

/** A switchover that runs in a process group of its own, to be held up, stopped and killed. */
export class DriverProcess {
  /** All that it told, for the message of a case that failed. */
  readonly lines: string[] = [];
  private end: DriverEnd | undefined;
  private readonly exited: Promise<unknown>;
  private wake: () => void = () => undefined;

  private constructor(private readonly child: ChildProcess) {
    this.exited = once(child, "close").finally(() => this.wake());
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) throw new Error("a pipe expected");
      createInterface({ input: stream }).on("line", (line) => this.take(line));
    }
    // Its pipe breaks when it is killed.
    child.stdin?.on("error", () => undefined);
  }

  static async start(directory: string, name: string, order: DriverOrder): Promise<DriverProcess> {
    const file = join(directory, `${name}.json`);
    await writeFile(file, JSON.stringify(order), { mode: 0o600 });
    const child = spawn(process.execPath, ["--import", "tsx", PROGRAM, file], { stdio: "pipe", detached: true });
    return new DriverProcess(child);
  }

  /** Returns true once it waits at the step, false when it ends without coming there. */
  async reaches(step: SwitchoverStep): Promise<boolean> {
    while (!this.lines.includes(`step ${step}`)) {
      if (this.end !== undefined || this.hasExited) return false;
      await this.nextEvent();
    }
    return true;
  }

  /** Lets it go on. */
  release(): void {
    this.child.stdin?.write("\n");
  }

  async kill(): Promise<void> {
    this.signal("SIGKILL");
    await this.exited;
  }

  stop(): void {
    this.signal("SIGSTOP");
  }

  continue(): void {
    this.signal("SIGCONT");
  }

  /** What it came to; undefined when it was killed. Its process may still live then. */
  async ended(): Promise<DriverEnd | undefined> {
    while (this.end === undefined && !this.hasExited) await this.nextEvent();
    return this.end;
  }

  /** Whether its process is gone, too; it is given a little time for that. */
  async exits(): Promise<boolean> {
    return Promise.race([this.exited.then(() => true), sleep(EXIT_MILLISECONDS, false, { ref: false })]);
  }

  private nextEvent(): Promise<void> {
    return new Promise((resolve) => {
      const wakeOthers = this.wake;
      this.wake = () => {
        wakeOthers();
        resolve();
      };
    });
  }

  private get hasExited(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  private signal(signal: NodeJS.Signals): void {
    const { pid } = this.child;
    if (pid === undefined) throw new Error("the driver did not start");
    if (!this.hasExited) process.kill(-pid, signal);
  }

  private take(line: string): void {
    this.lines.push(line);
    if (line.startsWith("end ")) this.end = JSON.parse(line.slice("end ".length));
    this.wake();
  }
}
