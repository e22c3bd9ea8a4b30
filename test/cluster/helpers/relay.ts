import { connect, createServer, type Server, type Socket } from "node:net";
import { pipeline, Transform } from "node:stream";

/** Lets pods reach a server of this machine that listens on loopback only. */
export class Relay {
  private left = Number.POSITIVE_INFINITY;
  private readonly waiting: (() => void)[] = [];
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly upstreamPort: number,
  ) {
    server.on("connection", (client) => this.accept(client));
  }

  /** Listens on `host`, an address of this machine, and passes connections on to `upstreamPort` on loopback. */
  static async start(host: string, upstreamPort: number): Promise<Relay> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, host, resolve));
    return new Relay(server, upstreamPort);
  }

  get port(): number {
    const address = this.server.address();
    if (address === null || typeof address === "string") throw new Error("a TCP address expected");
    return address.port;
  }

  /** From now on only so many bytes of answers come through, in all connections together. */
  holdAfter(bytes: number): void {
    this.left = bytes;
  }

  /** What was held comes through, and whatever follows. */
  release(): void {
    this.left = Number.POSITIVE_INFINITY;
    for (const goOn of this.waiting.splice(0)) goOn();
  }

  get isHolding(): boolean {
    return this.waiting.length > 0;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private accept(client: Socket): void {
    const upstream = connect({ host: "127.0.0.1", port: this.upstreamPort });
    for (const socket of [client, upstream]) {
      this.sockets.add(socket);
      socket.setNoDelay(true).on("close", () => this.sockets.delete(socket));
    }
    // Whichever side ends or breaks, the other is to know; why is its own affair.
    const end = (): void => {
      client.destroy();
      upstream.destroy();
    };
    pipeline(client, upstream, end);
    pipeline(upstream, this.gate(), client, end);
  }

  private gate(): Transform {
    return new Transform({
      transform: (chunk: Buffer, _encoding, pass) => {
        this.left -= chunk.length;
        if (this.left >= 0) pass(null, chunk);
        else this.waiting.push(() => pass(null, chunk));
      },
    });
  }
}
