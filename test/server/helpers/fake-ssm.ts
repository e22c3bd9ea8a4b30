import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import type { SsmOptions } from "../../../engine/hosts/index.js";

/** What AWS passes on of an output. */
const OUTPUT_CHARACTERS = 24_000;
const ERROR_CHARACTERS = 8000;

interface Invocation {
  status: "InProgress" | "Success" | "Failed";
  code: number;
  stdout: string;
  stderr: string;
}

/**
 * No AWS Systems Manager: an HTTP server that answers the calls that the engine makes as AWS documents them, and runs
 * the commands in a shell of this machine. It shows what the engine sends, not what AWS does with it.
 */
export class FakeSsm {
  /** Everything that AWS would keep of the commands: what was sent, and what was printed. */
  readonly history: string[] = [];
  /** Names of errors that the next calls are answered with, by operation. */
  readonly errors: { readonly operation: string; readonly name: string; readonly status: number }[] = [];
  /** How many of the next commands are run although their answer is lost on its way. */
  lostAnswers = 0;
  /** The status that all further commands have, without being run. */
  undelivered: { readonly Status: string; readonly StatusDetails: string } | undefined;
  private readonly invocations = new Map<string, Invocation>();
  private readonly children = new Set<ChildProcess>();

  private constructor(
    private readonly server: Server,
    readonly options: SsmOptions,
  ) {}

  static async start(): Promise<FakeSsm> {
    const server = createServer((request, response) => {
      fake.answer(request, response).catch((error: unknown) => {
        response.writeHead(500).end(String(error));
      });
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const address = server.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const fake = new FakeSsm(server, {
      instanceId: "i-0123456789abcdef0",
      region: "eu-central-1",
      endpoint: `http://127.0.0.1:${port}`,
      accessKeyId: "fake",
      secretAccessKey: "fake-secret",
    });
    return fake;
  }

  async stop(): Promise<void> {
    for (const child of this.children) child.kill("SIGKILL");
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = JSON.parse(await text(request)) as Record<string, unknown>;
    const operation = String(request.headers["x-amz-target"]).replace("AmazonSSM.", "");
    const index = this.errors.findIndex((error) => error.operation === operation);
    const [error] = index === -1 ? [] : this.errors.splice(index, 1);
    if (error !== undefined) {
      reply(response, error.status, { __type: error.name, message: "as the test wants" });
      return;
    }
    switch (operation) {
      case "SendCommand":
        this.sendCommand(body, response);
        break;
      case "GetCommandInvocation":
        reply(response, ...this.look(String(body.CommandId)));
        break;
      default:
        reply(response, 200, {});
    }
  }

  private sendCommand(body: Record<string, unknown>, response: ServerResponse): void {
    const [instanceId] = body.InstanceIds as string[];
    if (instanceId !== this.options.instanceId) {
      reply(response, 400, {
        __type: "InvalidInstanceId",
        message: `Instances [[${instanceId}]] not in a valid state`,
      });
      return;
    }
    const { commands } = body.Parameters as { commands: string[] };
    const id = randomUUID();
    this.history.push(JSON.stringify(body));
    const invocation: Invocation = { status: "InProgress", code: -1, stdout: "", stderr: "" };
    this.invocations.set(id, invocation);
    if (this.undelivered === undefined) this.run(commands.join("\n"), invocation);
    if (this.lostAnswers > 0) {
      this.lostAnswers -= 1;
      response.destroy();
      return;
    }
    reply(response, 200, { Command: { CommandId: id } });
  }

  private run(script: string, invocation: Invocation): void {
    const child = spawn("sh", ["-c", script], { stdio: ["ignore", "pipe", "pipe"], env: { PATH: process.env.PATH } });
    this.children.add(child);
    child.stdout.on("data", (chunk: Buffer) => {
      invocation.stdout += chunk.toString("latin1");
    });
    child.stderr.on("data", (chunk: Buffer) => {
      invocation.stderr += chunk.toString("latin1");
    });
    child.on("close", (code) => {
      this.children.delete(child);
      this.history.push(invocation.stdout, invocation.stderr);
      invocation.code = code ?? 137;
      invocation.status = code === 0 ? "Success" : "Failed";
    });
  }

  private look(commandId: string): [status: number, body: object] {
    const invocation = this.invocations.get(commandId);
    if (invocation === undefined) return [400, { __type: "InvocationDoesNotExist", message: "" }];
    const answer = {
      ResponseCode: invocation.code,
      StandardOutputContent: invocation.stdout.slice(0, OUTPUT_CHARACTERS),
      StandardErrorContent: invocation.stderr.slice(0, ERROR_CHARACTERS),
      ...(this.undelivered ?? { Status: invocation.status, StatusDetails: invocation.status }),
    };
    return [200, answer];
  }
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify(body));
}
