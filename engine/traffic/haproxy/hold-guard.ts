import { type ChildProcess, spawn } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FerryError, inTime, messageOf } from "../../operation/index.js";
import type { GuardOrder } from "./guard.js";
import { readIfThere } from "./read-if-there.js";

const START_MILLISECONDS = 10_000;

/** The process that ends a hold at its deadline, as the one sees it that holds. */
export class HoldGuard {
  private constructor(
    private readonly process: ChildProcess,
    private readonly order: GuardOrder,
  ) {}

  /** Takes over from every earlier guard of that frontend, and returns when the new one is ready. */
  static async start(hold: Omit<GuardOrder, "tokenFile" | "token">, where: string): Promise<HoldGuard> {
    const order = { ...hold, tokenFile: tokenFileOf(hold.socket, hold.frontend), token: randomUUID() };
    try {
      await writeFile(`${order.tokenFile}.${order.token}`, order.token, { mode: 0o600, flag: "wx" });
      await rename(`${order.tokenFile}.${order.token}`, order.tokenFile);
      return new HoldGuard(await startProcess(order, where), order);
    } catch (error) {
      throw new FerryError(
        {
          failed: "starting the guard that ends a hold at the deadline",
          where,
          seen: messageOf(error),
          wanted: `a process that is ready, and a file ${order.tokenFile}`,
          next: "mend what it names; connections have not been held",
        },
        { cause: error },
      );
    }
  }

  get isRunning(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  /** Ends it: there is no hold left for it. */
  end(): void {
    this.process.kill("SIGKILL");
  }

  /** Removes its file, unless another guard has taken over. */
  async clean(): Promise<void> {
    const { tokenFile, token } = this.order;
    if ((await readIfThere(tokenFile)) === token) await rm(tokenFile, { force: true });
  }
}

/** Says whose guard may end a hold of that frontend: the one that came last. */
export function tokenFileOf(socket: string, frontend: string): string {
  const place = createHash("sha256").update(`${socket} ${frontend}`).digest("hex").slice(0, 16);
  return join(tmpdir(), `gtid-ferry-hold-${place}`);
}

async function startProcess(order: GuardOrder, where: string): Promise<ChildProcess> {
  const argv = [join(__dirname, "guard.js"), JSON.stringify(order)];
  // A session of its own: what ends this process and its group does not end the guard.
  const guard = spawn(process.execPath, argv, { detached: true, stdio: ["ignore", "pipe", "ignore"], cwd: "/" });
  const ended = once(guard, "exit").then(([code, signal]) => {
    throw new Error(`it ended: ${signal ?? `exit code ${code}`}`);
  });
  try {
    await inTime(Promise.race([once(guard.stdout, "data"), ended]), START_MILLISECONDS, "starting the guard", where);
  } catch (error) {
    guard.kill("SIGKILL");
    throw error;
  }
  guard.stdout.destroy();
  guard.unref();
  return guard;
}
