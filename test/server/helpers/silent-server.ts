import { type AddressInfo, createServer, type Socket } from "node:net";
import type { ConnectionOptions } from "../../../engine/mysql/index.js";

export interface SilentServer {
  readonly port: number;
  /** Options that lead there instead, and soon give up. */
  reachedBy(options: ConnectionOptions): ConnectionOptions;
  stop(): Promise<void>;
}

/** What a host that is gone looks like to who connects: no answer until the time is over. */
export async function startSilentServer(): Promise<SilentServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on("error", () => undefined));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    reachedBy: (options) => ({ ...options, host: "127.0.0.1", port, connectTimeoutSeconds: 1 }),
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
