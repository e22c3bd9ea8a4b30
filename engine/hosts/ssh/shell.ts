import { constants } from "node:os";
import type { Client, ClientChannel } from "ssh2";
import { messageOf } from "../../operation/index.js";
import { BoundedText } from "../bounded-text.js";
import { tooSlow } from "../command-error.js";
import { ConnectionLostError } from "../connection-lost.js";
import { type CommandResult, STDERR_LIMIT_BYTES, STDOUT_LIMIT_BYTES } from "../host.js";
import type { RemoteShell, ShellOptions } from "../remote-shell.js";
import { openSsh } from "./connection.js";
import { nameOf, type SshOptions } from "./options.js";

/** How much longer than the host itself this side waits for a script whose time is over. */
const GRACE_SECONDS = 20;

/** One connection for all scripts, opened at the first one and again whenever it is gone. */
export class SshShell implements RemoteShell {
  readonly name: string;
  private connection: Promise<Client> | undefined;

  constructor(private readonly options: SshOptions) {
    this.name = nameOf(options);
  }

  async execute(script: string, options: ShellOptions): Promise<CommandResult> {
    const wasOpen = this.connection !== undefined;
    try {
      return await this.executeOnce(script, options);
    } catch (error) {
      if (!(error instanceof ConnectionLostError && wasOpen && options.repeatable)) throw error;
      return await this.executeOnce(script, options);
    }
  }

  async close(): Promise<void> {
    const { connection } = this;
    this.connection = undefined;
    // One that could not be opened has told its caller, and there is nothing to close.
    const client = await connection?.catch(() => undefined);
    client?.end();
  }

  private async executeOnce(script: string, options: ShellOptions): Promise<CommandResult> {
    const channel = await this.openChannel(await this.connect(), script);
    return await this.follow(channel, options);
  }

  private connect(): Promise<Client> {
    if (this.connection !== undefined) return this.connection;
    const opening = openSsh(this.options);
    this.connection = opening;
    const forget = () => {
      if (this.connection === opening) this.connection = undefined;
    };
    opening.then((client) => client.once("close", forget), forget);
    return opening;
  }

  private openChannel(client: Client, script: string): Promise<ClientChannel> {
    return new Promise((resolve, reject) => {
      const fail = (cause: unknown) => reject(this.lost(messageOf(cause), cause));
      try {
        client.exec(script, (error, channel) => (error === undefined ? resolve(channel) : fail(error)));
      } catch (error) {
        // ssh2 throws when the connection is gone already.
        fail(error);
      }
    });
  }

  private follow(channel: ClientChannel, { stdin, timeoutSeconds }: ShellOptions): Promise<CommandResult> {
    const stdout = new BoundedText(STDOUT_LIMIT_BYTES);
    const stderr = new BoundedText(STDERR_LIMIT_BYTES);
    let exitCode: number | undefined;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => {
          reject(tooSlow(this.name, "a script", timeoutSeconds, stderr.toString()));
          channel.destroy();
        },
        (timeoutSeconds + GRACE_SECONDS) * 1000,
      );
      channel.on("data", (chunk: Buffer) => stdout.add(chunk));
      channel.stderr.on("data", (chunk: Buffer) => stderr.add(chunk));
      channel.on("exit", (code: number | null, signal?: string) => {
        exitCode = code ?? 128 + signalNumber(signal);
      });
      channel.on("close", () => {
        clearTimeout(timer);
        if (exitCode === undefined) reject(this.lost("the connection was closed while a command ran"));
        else resolve({ exitCode, stdout: stdout.toString(), stderr: stderr.toString() });
      });
      // A command may end without reading its input; its exit code tells whether that is a failure.
      channel.on("error", () => undefined);
      channel.end(stdin ?? "");
    });
  }

  private lost(seen: string, cause?: unknown): ConnectionLostError {
    return new ConnectionLostError(
      {
        failed: "running a command",
        where: this.name,
        seen,
        wanted: "a connection that lasts until the command has ended",
        next: "check the network to the host, then run again",
      },
      { cause },
    );
  }
}

function signalNumber(signal = ""): number {
  const known: Readonly<Record<string, number>> = constants.signals;
  return known[signal] ?? known[`SIG${signal}`] ?? 0;
}
