import { mkdir, readFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { SshLogin } from "@gtid-ferry/engine/hosts";
import { FerryError } from "@gtid-ferry/engine/operation";
import { runTool } from "../../toolchain/command.js";
import type { OpensshInstallation } from "../../toolchain/openssh.js";
import { LAB_HOST } from "../defaults.js";
import { lastLines } from "../last-lines.js";
import {
  findFreePort,
  forgetProcess,
  isRunning,
  killProcess,
  type ProcessIdentity,
  readProcess,
  writeProcess,
} from "../process/index.js";
import { configurationText } from "./configuration.js";
import { launchSshd } from "./launch.js";
import { descendantsOf, kill } from "./sessions.js";

export interface SshdOptions {
  /** Holds keys, sshd_config, log and process record. */
  readonly directory: string;
  /** @default LAB_HOST */
  readonly address?: string;
  /** @default a free port */
  readonly port?: number;
  /** Comes before the command: what puts it into a network namespace. */
  readonly prefix?: readonly string[];
}

const START_TIMEOUT_SECONDS = 10;

/** A real sshd that lets the user of this process in, by one key of its own, and nobody else. */
export class LabSshd {
  private constructor(
    private readonly installation: OpensshInstallation,
    private readonly options: SshdOptions,
    /** How to log in; the host is known by its key. */
    readonly login: SshLogin & { readonly port: number; readonly privateKey: string; readonly knownHosts: string },
  ) {}

  static async start(installation: OpensshInstallation, options: SshdOptions): Promise<LabSshd> {
    const { directory, address = LAB_HOST } = options;
    const port = options.port ?? (await findFreePort());
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const hostKey = await makeKey(installation, join(directory, "host_key"));
    const userKey = await makeKey(installation, join(directory, "user_key"));
    const authorizedKeys = join(directory, "authorized_keys");
    await writeFile(authorizedKeys, userKey.publicLine);
    const place = { address, port, hostKey: hostKey.path, authorizedKeys };
    await writeFile(join(directory, "sshd_config"), configurationText(place));
    const sshd = new LabSshd(installation, options, {
      host: address,
      port,
      user: userInfo().username,
      privateKey: await readFile(userKey.path, "utf8"),
      knownHosts: `${port === 22 ? address : `[${address}]:${port}`} ${hostKey.publicLine}`,
    });
    await sshd.launch();
    return sshd;
  }

  /** Ends the server and every connection. */
  async stop(): Promise<void> {
    const { process, sessions } = this;
    if (process !== undefined) await killProcess(process);
    kill(sessions);
    forgetProcess(this.options.directory);
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.launch();
  }

  /** Cuts every connection at once; what commands have started goes on, as after a failure of the network. */
  dropConnections(): void {
    kill(this.sessions);
  }

  log(): Promise<string> {
    return readFile(this.logPath, "utf8");
  }

  private get process(): ProcessIdentity | undefined {
    return readProcess(this.options.directory);
  }

  private get logPath(): string {
    return join(this.options.directory, "sshd.log");
  }

  private get sessions(): readonly number[] {
    const { process } = this;
    return process === undefined ? [] : descendantsOf(process.pid, this.installation.sshd);
  }

  private async launch(): Promise<void> {
    const { directory, address = LAB_HOST, prefix = [] } = this.options;
    const configurationFile = join(directory, "sshd_config");
    const started = await launchSshd(this.installation, {
      directory,
      configurationFile,
      logPath: this.logPath,
      prefix,
    });
    writeProcess(directory, started);
    const deadline = Date.now() + START_TIMEOUT_SECONDS * 1000;
    while (!(await answers(address, this.login.port))) {
      const runs = isRunning(started);
      if (!runs || Date.now() >= deadline) {
        await this.stop();
        throw new FerryError({
          failed: "starting sshd",
          where: `${address}:${this.login.port}`,
          seen: `${runs ? "nobody listens" : "it ended"}; the end of ${this.logPath}:\n${await lastLines(this.logPath, 10)}`,
          wanted: "a server that listens",
          next: "mend what the log names, then start it again",
        });
      }
      await sleep(20);
    }
  }
}

interface Key {
  readonly path: string;
  readonly publicLine: string;
}

async function makeKey({ sshKeygen }: OpensshInstallation, path: string): Promise<Key> {
  const made = await runTool([sshKeygen, "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", path], {
    timeoutSeconds: 30,
  });
  if (made.exitCode !== 0) throw new Error(`${sshKeygen}: ${made.ended}\n${made.lastLines.join("\n")}`);
  return { path, publicLine: await readFile(`${path}.pub`, "utf8") };
}

function answers(address: string, port: number): Promise<boolean> {
  return new Promise((settle) => {
    const probe = connect(port, address);
    probe.once("connect", () => settle(true)).once("error", () => settle(false));
    probe.once("connect", () => probe.destroy());
  });
}
