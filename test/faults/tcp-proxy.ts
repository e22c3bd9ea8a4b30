import { connect, createServer, type Server, type Socket } from "node:net";

/** Stands in front of a server, so that a network can fail. */
export class TcpProxy {
  private readonly pairs = new Set<readonly [Socket, Socket]>();
  private isSilent = false;
  private isRefusing = false;

  private constructor(
    private readonly server: Server,
    private readonly upstream: number,
  ) {
    server.on("connection", (client) => this.accept(client));
  }

  static async start(upstream: number): Promise<TcpProxy> {
    const server = createServer({ pauseOnConnect: true });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new TcpProxy(server, upstream);
  }

  get port(): number {
    const address = this.server.address();
    if (address === null || typeof address === "string") throw new Error("a TCP address expected");
    return address.port;
  }

  /** Every connection is reset, and new ones are as well. */
  reset(): void {
    this.isRefusing = true;
    for (const sockets of this.pairs) for (const socket of sockets) socket.resetAndDestroy();
  }

  /** Nothing comes through any more, in either direction; what is sent meanwhile arrives when the network heals. */
  silence(): void {
    this.isSilent = true;
    for (const sockets of this.pairs) for (const socket of sockets) socket.pause();
  }

  heal(): void {
    this.isRefusing = false;
    this.isSilent = false;
    for (const sockets of this.pairs) for (const socket of sockets) socket.resume();
  }

  async stop(): Promise<void> {
    this.reset();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private accept(client: Socket): void {
    if (this.isRefusing) {
      client.resetAndDestroy();
      return;
    }
    const server = connect({ host: "127.0.0.1", port: this.upstream, noDelay: true });
    client.setNoDelay(true);
    const pair = [client, server] as const;
    this.pairs.add(pair);
    for (const [from, to] of [pair, [server, client] as const]) {
      from.on("data", (data) => to.write(data));
      from.on("end", () => to.end());
      from.on("error", () => to.destroy());
      from.on("close", () => {
        this.pairs.delete(pair);
        to.destroy();
      });
      if (this.isSilent) from.pause();
      else from.resume();
    }
  }
}
