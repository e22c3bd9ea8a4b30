import { randomUUID } from "node:crypto";
import { FerryError } from "../../operation/index.js";
import { ConnectionLostError } from "../connection-lost.js";
import type { CommandResult } from "../host.js";
import type { RemoteShell, ShellOptions } from "../remote-shell.js";
import { nameOf, type SsmOptions } from "./options.js";
import {
  closeSessionScript,
  decompress,
  executeScript,
  forgetScript,
  openSessionScript,
  parseRunReport,
  pieceScript,
} from "./scripts.js";
import { type SealedText, sealText } from "./sealed-text.js";
import { SsmService } from "./service.js";

const TIMEOUT_SECONDS = 60;
/** Of a command with its input, in characters; AWS takes no more than 64 KiB of parameters. */
const LONGEST_COMMAND = 60_000;

/**
 * Scripts run by the SSM agent, which does so as root. Input travels encrypted for a key that never leaves the host; its
 * output has to be no secret, and neither have the scripts: AWS keeps both.
 */
export class SsmShell implements RemoteShell {
  readonly name: string;
  private readonly service: SsmService;
  private readonly session = `/var/tmp/gtid-ferry-${randomUUID()}`;
  private publicKey: Promise<string> | undefined;
  private used = false;

  constructor(options: SsmOptions) {
    this.name = nameOf(options);
    this.service = new SsmService(options);
  }

  async execute(script: string, options: ShellOptions): Promise<CommandResult> {
    try {
      return await this.executeOnce(script, options);
    } catch (error) {
      if (!(error instanceof ConnectionLostError && options.repeatable)) throw error;
      return await this.executeOnce(script, options);
    }
  }

  async close(): Promise<void> {
    const { used } = this;
    this.used = false;
    this.publicKey = undefined;
    try {
      if (used) await this.service.run(closeSessionScript(this.session), TIMEOUT_SECONDS);
    } finally {
      this.service.close();
    }
  }

  private async executeOnce(script: string, { timeoutSeconds, stdin = "" }: ShellOptions): Promise<CommandResult> {
    const run = `run-${randomUUID()}`;
    const command = executeScript(this.session, run, script, stdin === "" ? undefined : await this.seal(stdin));
    if (command.length > LONGEST_COMMAND) throw this.tooLong(command.length);
    this.used = true;
    const printed = await this.service.run(command, timeoutSeconds);
    const report = parseRunReport(printed);
    if (report === undefined) throw this.notUnderstood(printed);
    const pieces = [report.firstPiece];
    let bytes = report.firstPiece.length;
    while (bytes < report.compressedBytes) {
      const piece = await this.readPiece(run, bytes);
      pieces.push(piece);
      bytes += piece.length;
    }
    if (pieces.length > 1) await this.service.run(forgetScript(this.session, run), TIMEOUT_SECONDS);
    return { exitCode: report.exitCode, stdout: decompress(pieces), stderr: report.stderr };
  }

  private async readPiece(run: string, offset: number): Promise<Buffer> {
    const printed = await this.service.run(pieceScript(this.session, run, offset), TIMEOUT_SECONDS);
    const piece = Buffer.from(printed, "base64");
    if (piece.length === 0) throw this.notUnderstood(printed);
    return piece;
  }

  private async seal(text: string): Promise<SealedText> {
    this.used = true;
    this.publicKey ??= this.service.run(openSessionScript(this.session), TIMEOUT_SECONDS);
    try {
      return sealText(text, await this.publicKey);
    } catch (error) {
      this.publicKey = undefined;
      throw error;
    }
  }

  private tooLong(characters: number): FerryError {
    return new FerryError({
      failed: "sending a text",
      where: this.name,
      seen: `${characters} characters, compressed and encrypted`,
      wanted: `at most ${LONGEST_COMMAND}, the limit of AWS Systems Manager`,
      next: "reach the host by SSH instead",
    });
  }

  private notUnderstood(printed: string): FerryError {
    return new FerryError({
      failed: "reading what a command has printed",
      where: this.name,
      seen: JSON.stringify(printed.slice(0, 200)),
      wanted: "its exit code and output",
      next: "look into /var/log/amazon/ssm on the host",
    });
  }
}
