import { setTimeout as sleep } from "node:timers/promises";
import {
  CancelCommandCommand,
  GetCommandInvocationCommand,
  type GetCommandInvocationCommandOutput,
  InvocationDoesNotExist,
  SendCommandCommand,
  SSMClient,
  type SSMClientConfig,
} from "@aws-sdk/client-ssm";
import { tooSlow } from "../command-error.js";
import { invocationError, serviceError } from "./errors.js";
import { nameOf, type SsmOptions } from "./options.js";

/** How long AWS keeps a command for an agent that does not fetch it; the least that it accepts. */
const DELIVERY_SECONDS = 30;
const FIRST_PAUSE_MILLISECONDS = 200;
const LONGEST_PAUSE_MILLISECONDS = 2000;

/** Sends one script at a time to one machine and waits for its output. */
export class SsmService {
  private readonly client: SSMClient;

  constructor(private readonly options: SsmOptions) {
    this.client = new SSMClient(clientOptions(options));
  }

  /** What the script prints, of which it must not be more than 24,000 characters. It must end with exit code 0. */
  async run(script: string, timeoutSeconds: number): Promise<string> {
    const commandId = await this.send(script, timeoutSeconds);
    const deadline = Date.now() + (timeoutSeconds + 2 * DELIVERY_SECONDS) * 1000;
    let pause = FIRST_PAUSE_MILLISECONDS;
    for (;;) {
      await sleep(pause);
      pause = Math.min(2 * pause, LONGEST_PAUSE_MILLISECONDS);
      const invocation = await this.look(commandId);
      if (invocation?.Status === "Success") return invocation.StandardOutputContent ?? "";
      const error = invocation === undefined ? undefined : invocationError(this.options, invocation);
      if (error !== undefined) throw error;
      if (Date.now() >= deadline) {
        await this.cancel(commandId);
        throw tooSlow(nameOf(this.options), "a script", timeoutSeconds, "");
      }
    }
  }

  close(): void {
    this.client.destroy();
  }

  private async send(script: string, timeoutSeconds: number): Promise<string> {
    const { instanceId } = this.options;
    const command = new SendCommandCommand({
      DocumentName: "AWS-RunShellScript",
      InstanceIds: [instanceId],
      Comment: "gtid-ferry",
      TimeoutSeconds: DELIVERY_SECONDS,
      Parameters: { commands: [script], executionTimeout: [`${Math.ceil(timeoutSeconds) + DELIVERY_SECONDS}`] },
    });
    const { Command } = await this.guarded(() => this.client.send(command));
    if (Command?.CommandId === undefined) throw serviceError(this.options, new Error("the answer has no CommandId"));
    return Command.CommandId;
  }

  /** Undefined while the command is not known yet, which it is a moment after it was sent. */
  private async look(commandId: string): Promise<GetCommandInvocationCommandOutput | undefined> {
    const query = { CommandId: commandId, InstanceId: this.options.instanceId };
    return await this.guarded(async () => {
      try {
        return await this.client.send(new GetCommandInvocationCommand(query));
      } catch (error) {
        if (error instanceof InvocationDoesNotExist) return undefined;
        throw error;
      }
    });
  }

  private async cancel(commandId: string): Promise<void> {
    await this.guarded(() => this.client.send(new CancelCommandCommand({ CommandId: commandId })));
  }

  private async guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw serviceError(this.options, error);
    }
  }
}

function clientOptions({ region, endpoint, accessKeyId, secretAccessKey, sessionToken }: SsmOptions): SSMClientConfig {
  const credentials =
    accessKeyId === undefined || secretAccessKey === undefined
      ? {}
      : { credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) } };
  return {
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...credentials,
    // AWS lets few commands through at once: throttled ones are sent again, slower and slower.
    maxAttempts: 8,
    retryMode: "adaptive",
  };
}
