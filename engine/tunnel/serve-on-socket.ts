import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { type Duplex, pipeline } from "node:stream";

export interface SocketServer {
  /** Why a tunnel could not be opened, or was lost; undefined when none was. */
  readonly error: Error | undefined;
  /** Ends all connections. */
  close(): void;
}

/** Lets another program use tunnels: each connection to a Unix socket gets one. The folder has to be private. */
export async function serveOnSocket(path: string, open: () => Promise<Duplex>): Promise<SocketServer> {
  let error: Error | undefined;
  const streams = new Set<Duplex>();
  const fail = (reason: Error) => {
    error ??= reason;
  };
  const server = createServer({ allowHalfOpen: true }, (client: Socket) => {
    const keep = (stream: Duplex) => {
      streams.add(stream);
      stream.once("close", () => streams.delete(stream));
    };
    keep(client);
    open().then(
      (tunnel) => {
        keep(tunnel);
        if (client.destroyed) tunnel.destroy();
        const ended = () => {
          if (tunnel.errored !== null) fail(tunnel.errored);
        };
        pipeline(client, tunnel, ended);
        pipeline(tunnel, client, ended);
      },
      (reason: Error) => {
        fail(reason);
        client.destroy();
      },
    );
  });
  server.listen(path);
  await once(server, "listening");
  return {
    get error() {
      return error;
    },
    close: () => {
      server.close();
      for (const stream of streams) stream.destroy();
    },
  };
}
