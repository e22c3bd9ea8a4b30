import type { EventEmitter } from "node:events";
import type { WebSocket } from "ws";
import { refusedPort } from "./port-forward-error.js";
import { tunnelLost } from "./tunnel-error.js";
import { TunnelStream } from "./tunnel-stream.js";

const DATA_CHANNEL = 0;
/** The kubelet writes here why it gives up; nothing is ever sent on it. */
const ERROR_CHANNEL = 1;
/** Each channel begins with the port, 16 bits, little-endian. */
const PORT_BYTES = 2;

const NORMAL_CLOSURE = 1000;
/** An API server that says nothing for this many rounds, although it was asked in each, is gone. */
const PING_MILLISECONDS = 5_000;
const SILENT_ROUNDS = 3;

/** What is needed of a websocket. */
type Socket = Pick<WebSocket, "close" | "isPaused" | "pause" | "ping" | "resume" | "terminate"> &
  Pick<EventEmitter, "on" | "once"> & { send(data: Buffer, done: (error?: Error) => void): void };

/** The bytes of one forwarded port, over a websocket that is its own. */
export class PortForwardStream extends TunnelStream {
  private readonly missingBytes = new Map([
    [DATA_CHANNEL, PORT_BYTES],
    [ERROR_CHANNEL, PORT_BYTES],
  ]);
  private hasAnswered = false;
  private silentRounds = 0;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly socket: Socket,
    private readonly where: string,
    host: string,
  ) {
    super(host);
    socket.on("message", (message: Buffer) => this.receive(message));
    socket.on("pong", () => {
      this.silentRounds = 0;
    });
    socket.on("error", (error: Error) => this.destroy(tunnelLost(where, error.message, error)));
    socket.once("close", (code: number) => this.socketClosed(code));
    this.timer = setInterval(() => this.ping(), PING_MILLISECONDS).unref();
  }

  override _read(): void {
    this.socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.socket.send(Buffer.concat([Buffer.of(DATA_CHANNEL), chunk]), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.socket.close(NORMAL_CLOSURE);
    done();
  }

  protected override release(): void {
    clearInterval(this.timer);
    this.socket.terminate();
  }

  private receive(message: Buffer): void {
    this.silentRounds = 0;
    const channel = message[0] ?? DATA_CHANNEL;
    const skipped = Math.min(this.missingBytes.get(channel) ?? 0, message.length - 1);
    this.missingBytes.set(channel, (this.missingBytes.get(channel) ?? 0) - skipped);
    const bytes = message.subarray(1 + skipped);
    if (bytes.length === 0) return;
    if (channel === ERROR_CHANNEL) {
      const reason = bytes.toString().trim();
      this.destroy(this.hasAnswered ? tunnelLost(this.where, reason) : refusedPort(this.where, reason));
      return;
    }
    this.hasAnswered = true;
    if (!this.push(bytes)) this.socket.pause();
  }

  /** A normal closure is the server's own; everything else is the tunnel's. */
  private socketClosed(code: number): void {
    if (code === NORMAL_CLOSURE) this.push(null);
    else this.destroy(tunnelLost(this.where, `the port-forward was closed (${code})`));
  }

  private ping(): void {
    // What is not read cannot be heard.
    if (this.socket.isPaused) return;
    this.silentRounds += 1;
    if (this.silentRounds > SILENT_ROUNDS) {
      const seen = `the API server has not answered for ${(SILENT_ROUNDS * PING_MILLISECONDS) / 1000} s`;
      this.destroy(tunnelLost(this.where, seen));
    } else {
      this.socket.ping();
    }
  }
}
